// The sentences of the page, in English and Spanish, and the formats of times. It must not know the
// document.

const LANGUAGES = ["en", "es"];

/** The texts in the order of `LANGUAGES`. A key that ends in `_one` is for a count of one. */
export const SENTENCES = {
	skip: ["Skip to the line to write in", "Ir a la línea para escribir"],
	rooms: ["Rooms", "Salas"],
	private: ["Private", "Privado"],
	people: ["People", "Gente"],
	log: ["Conversation", "Conversación"],
	find_room: ["Find or create a room", "Buscar o crear una sala"],
	close: ["Close", "Cerrar"],
	you_are: ["You are {name}", "Eres {name}"],
	you_are_now: ["You are {name} now.", "Ahora eres {name}."],
	signed_out: ["You are signed out. You are {name} now.", "Has cerrado la sesión. Ahora eres {name}."],
	choose_name: ["Choose a name", "Elegir un nombre"],
	sign_in: ["Sign in", "Iniciar sesión"],
	sign_out: ["Sign out", "Cerrar sesión"],
	not_now: ["Not now", "Ahora no"],
	welcome: [
		"You are {name}. Choose a name, or just write a line below.",
		"Eres {name}. Elige un nombre, o simplemente escribe abajo.",
	],
	welcome_accounts: [
		"You are {name}. Choose a name, sign in or create an account, or just write a line below.",
		"Eres {name}. Elige un nombre, inicia sesión o crea una cuenta, o simplemente escribe abajo.",
	],
	no_topic: ["No topic", "Sin tema"],
	private_with: ["Private, for you and {name}", "Privado, para {name} y para ti"],
	notify: ["Notify me of mentions and private lines", "Avisarme de menciones y líneas privadas"],
	notify_offer: [
		"Be notified of mentions and private lines while you are elsewhere?",
		"¿Quieres avisos de menciones y líneas privadas mientras estás en otra parte?",
	],
	notify_yes: ["Notify me", "Avisarme"],
	leave: ["Leave {name}", "Dejar {name}"],
	line: ["Message to {name}", "Mensaje para {name}"],
	silent_moderated: [
		"In {name} only people with a voice speak. An operator can give you one.",
		"En {name} solo habla quien tiene voz. Un operador te la puede dar.",
	],
	silent_muted: ["You are muted in {name} until {time}.", "No puedes hablar en {name} hasta el {time}."],
	silent_announce: ["In {name} only its operators speak.", "En {name} solo hablan sus operadores."],
	settings: ["Room settings", "Ajustes de la sala"],
	settings_of: ["Settings of {name}", "Ajustes de {name}"],
	account: ["Account", "Cuenta"],
	answer: ["Your answer", "Tu respuesta"],
	for_how_long: ["For how long", "Cuánto tiempo"],
	reason: ["Reason (optional)", "Motivo (opcional)"],
	do_mute: ["Mute {name}", "Callar a {name}"],
	do_unmute: ["Let {name} speak again", "Dejar hablar de nuevo a {name}"],
	do_kick: ["Kick {name}", "Echar a {name}"],
	do_ban: ["Ban {name}", "Vetar a {name}"],
	do_voice: ["Give {name} a voice", "Dar voz a {name}"],
	do_unvoice: ["Take the voice from {name}", "Quitar la voz a {name}"],
	do_op: ["Make {name} an operator", "Dar derechos de operador a {name}"],
	do_unop: ["Take operator rights from {name}", "Quitar los derechos de operador a {name}"],
	do_ignore: ["Hide the lines of {name}", "Ocultar las líneas de {name}"],
	line_actions: ["Actions for line {number}", "Acciones para la línea {number}"],
	alerts_free: ["{count} alerts that nobody has", "{count} alertas de las que nadie se encarga"],
	alerts_free_one: ["1 alert that nobody has", "1 alerta de la que nadie se encarga"],
	alerts_some: ["{count} alerts, {free} that nobody has", "{count} alertas; de {free} no se encarga nadie"],
	alerts_taken: ["{count} alerts, all taken", "{count} alertas, todas con encargado"],
	alerts_taken_one: ["1 alert, taken", "1 alerta, con encargado"],
	alert_free: ["Nobody has this yet.", "Nadie se encarga todavía."],
	alert_over: ["This alert is over.", "Esta alerta ha terminado."],
	take: ["I have this", "Me encargo"],
	read_it: ["I have read this", "Lo he leído"],
	mark: ["Mark as a decision", "Marcar como decisión"],
	mark_words: ["The decision in words (optional)", "La decisión con palabras (opcional)"],
	who_has_it: ["See if all have this line", "Ver si todos tienen esta línea"],
	is_decision: ["Decision, marked by {name} at {time}", "Decisión, marcada por {name} a las {time}"],
	has_this: ["{name} has this", "{name} se encarga"],
	has_read: ["{name} has read this", "{name} ha leído esto"],
	question: ["Question", "Pregunta"],
	answers: ["Answers", "Respuestas"],
	asks: ["{name} asks", "{name} pregunta"],
	ask: ["Ask", "Preguntar"],
	ask_words: ["Question, and its options after |", "Pregunta, y sus opciones después de |"],
	yes: ["Yes", "Sí"],
	do_answer: ["Answer", "Responder"],
	answers_named: [
		"Your answer is not shown to the room. You can change it until the question is closed.",
		"Tu respuesta no se muestra a la sala. Puedes cambiarla hasta que se cierre la pregunta.",
	],
	answers_anonymous: [
		"Anonymous: nobody sees who chose what. An answer cannot be changed.",
		"Anónima: nadie ve quién eligió qué. La respuesta no se puede cambiar.",
	],
	own_answer: ["Your answer: {answer}", "Tu respuesta: {answer}"],
	own_given: ["You have answered.", "Has respondido."],
	have_answered: ["{count} of {all} have answered.", "Han respondido {count} de {all}."],
	have_answered_one: ["1 of {all} has answered.", "Ha respondido 1 de {all}."],
	closed_with: ["Closed, with {count} answers.", "Cerrada, con {count} respuestas."],
	closed_with_one: ["Closed, with 1 answer.", "Cerrada, con 1 respuesta."],
	shown_with: ["{count} answers.", "{count} respuestas."],
	shown_with_one: ["1 answer.", "1 respuesta."],
	is_closed: ["Closed", "Cerrada"],
	look: ["Show me the answers so far", "Ver las respuestas hasta ahora"],
	not_yet: ["Not yet", "Todavía no"],
	show_answers: ["Show the answers to the room", "Mostrar las respuestas a la sala"],
	close_question: ["Close the question", "Cerrar la pregunta"],
	closed_question: ["{name} closed: {question}", "{name} ha cerrado: {question}"],
	showed_answers: ["{name} showed the answers: {question}", "{name} ha mostrado las respuestas: {question}"],
	done: ["Done", "Hecho"],
	set_mode: ["Set the mode", "Poner el modo"],
	change_role: ["Change the role", "Cambiar el rol"],
	undo: ["Undo", "Deshacer"],
	what_to_do: ["What to do", "Qué hacer"],
	mode: ["Mode", "Modo"],
	mode_open: ["open: all enter and speak", "abierta: todos entran y hablan"],
	mode_private: ["private: only invited people enter", "privada: solo se entra con invitación"],
	mode_moderated: ["moderated: people with a voice speak", "moderada: habla quien tiene voz"],
	mode_announce: ["announce: operators speak", "anuncios: hablan los operadores"],
	members_invite: ["Invite", "Invitar"],
	members_uninvite: ["Take the invitation back", "Retirar la invitación"],
	members_voice: ["Give a voice", "Dar voz"],
	members_unvoice: ["Take the voice back", "Quitar la voz"],
	members_op: ["Make an operator", "Dar derechos de operador"],
	members_unop: ["Take operator rights back", "Quitar derechos de operador"],
	bans: ["Mutes and bans", "Silencios y vetos"],
	bans_unban: ["Let enter again", "Dejar entrar de nuevo"],
	bans_unmute: ["Let speak again", "Dejar hablar de nuevo"],
	name_or_network: ["Name, @name or network", "Nombre, @nombre o red"],
	hooks: ["Webhooks", "Webhooks"],
	hook_url: ["URL that receives the lines", "URL que recibe las líneas"],
	hook_name: ["Name in which a tool posts here", "Nombre con el que publica aquí una herramienta"],
	hook_make: ["Make a URL", "Crear una URL"],
	hook_which: ["Number or name in the list", "Número o nombre de la lista"],
	close_room: ["Close the room", "Cerrar la sala"],
	tokens: ["Access tokens for programs", "Tokens de acceso para programas"],
	token_name: ["Name of the token", "Nombre del token"],
	token_scope: ["May", "Puede"],
	token_write: ["read and write", "leer y escribir"],
	token_read: ["read", "leer"],
	here_no_tokens: ["You have no tokens.", "No tienes tokens."],
	here_no_hooks: ["The room has no webhooks.", "La sala no tiene webhooks."],
	here_password_prompt: ["The password. An empty answer cancels.", "La contraseña. Una respuesta vacía cancela."],
	here_present_password_prompt: [
		"First your present password. An empty answer cancels.",
		"Primero tu contraseña actual. Una respuesta vacía cancela.",
	],
	here_new_password_prompt: [
		"The new password. An empty answer cancels.",
		"La contraseña nueva. Una respuesta vacía cancela.",
	],
	change_password: ["Change the password", "Cambiar la contraseña"],
	add: ["Add", "Añadir"],
	remove: ["Remove", "Quitar"],
	topic_text: ["New topic; Enter saves, Escape cancels", "Tema nuevo; Intro lo guarda, Escape lo deja"],
	edit_topic: ["Change the topic", "Cambiar el tema"],
	log_hint: [
		"Arrows go from line to line; Enter opens the address of a line, Tab comes to what can be done with it.",
		"Las flechas van de línea en línea; Intro abre la dirección de una línea, Tab lleva a lo que se puede hacer con ella.",
	],
	line_hint: [
		"Enter sends; Shift+Enter starts a new line. Tab completes names and commands; Escape, then Tab moves on. Alt+Up and Alt+Down change the room.",
		"Intro envía; Mayús+Intro empieza otra línea. Tab completa nombres y órdenes; Escape y luego Tab pasa a lo siguiente. Alt+Arriba y Alt+Abajo cambian de sala.",
	],
	secret: ["Password, not shown to others; empty cancels", "Contraseña, los demás no la ven; vacía cancela"],
	send: ["Send", "Enviar"],
	too_long: ["{count} characters too many: send it in parts.", "Sobran {count} caracteres: envíalo por partes."],
	too_long_one: ["One character too many: send it in parts.", "Sobra un carácter: envíalo por partes."],
	too_many_lines: [
		"{count} lines, and a message has {limit} at most: send it in parts.",
		"{count} líneas, y un mensaje tiene {limit} como mucho: envíalo por partes.",
	],
	too_large: [
		"{count} bytes, and a message has {limit} at most: send it in parts.",
		"{count} bytes, y un mensaje tiene {limit} como mucho: envíalo por partes.",
	],
	copy: ["Copy", "Copiar"],
	copied: ["Copied", "Copiado"],
	selected: ["Selected: press Ctrl+C", "Seleccionado: pulsa Ctrl+C"],
	unfold: ["Show all {count} lines", "Ver las {count} líneas"],
	fold: ["Show less", "Ver menos"],
	suggestions: ["Suggestions", "Sugerencias"],
	suggested: [
		"{count} suggestions. Arrows choose, Tab inserts.",
		"{count} sugerencias. Las flechas eligen, Tab inserta.",
	],
	suggested_one: ["One suggestion. Tab inserts it.", "Una sugerencia. Tab la inserta."],
	nothing_to_complete: [
		"Nothing to complete. Escape, then Tab moves on.",
		"No hay nada que completar. Escape y luego Tab pasa a lo siguiente.",
	],
	latest: ["Jump to the latest", "Ir a lo último"],
	latest_new: ["{count} unread: jump to the latest", "Ir a lo último, con {count} sin leer"],
	first_new: ["{count} unread: jump to the first", "Ir a la primera de {count} sin leer"],
	first_new_one: ["1 unread: jump to it", "Ir a la que está sin leer"],
	older: ["Older lines", "Líneas anteriores"],
	loading: ["Loading …", "Cargando …"],
	begins: ["This is where {name} begins.", "Aquí empieza {name}."],
	empty: [
		"Nothing has been said here yet. Write the first line below.",
		"Aquí no se ha dicho nada todavía. Escribe abajo la primera línea.",
	],
	room_absent: ["{name} does not exist. You can create it.", "{name} no existe. Puedes crearla."],
	no_address: ["{name} is no address of a room or a line.", "{name} no es la dirección de una sala ni de una línea."],
	line_gone: [
		"Line {number} is not shown: it was deleted, or you ignore its author. This is the nearest one.",
		"La línea {number} no se ve: se borró, o ignoras a quien la escribió. Esta es la más cercana.",
	],
	line_none: ["There is no line {number}.", "No hay ninguna línea {number}."],
	line_to_come: [
		"There is no line {number} yet. This is the last one.",
		"Aún no hay ninguna línea {number}. Esta es la última.",
	],
	begins_private: [
		"Private, for you and {name}. Lines from before this page was loaded are not shown.",
		"Privado, para {name} y para ti. Las líneas de antes de cargar esta página no se ven.",
	],
	new: ["New", "Nuevo"],
	unread: ["{count} unread", "{count} sin leer"],
	mentions: ["{count} mention you", "{count} te nombran"],
	mentions_one: ["1 mentions you", "1 te nombra"],
	people_as_of: ["as of {time}, for the server is cut off", "de las {time}, pues el servidor está aislado"],
	guests: ["{count} guests", "{count} invitados"],
	guests_one: ["1 guest", "1 invitado"],
	is_you: ["you", "tú"],
	is_away: ["away", "ausente"],
	voiced: ["has a voice", "con voz"],
	operator: ["operator", "operador/a"],
	owner: ["owner", "dueño/a"],
	administrator: ["administrator", "administrador/a"],
	more_people: ["{count} more", "{count} más"],
	write_to: ["Write to {name} alone", "Escribir solo a {name}"],
	server: ["Server", "Servidor"],
	error: ["Error", "Error"],
	error_invalid_message: ["Invalid message", "Mensaje no válido"],
	error_invalid_name: ["Invalid name", "Nombre no válido"],
	error_name_in_use: ["Name in use", "Nombre en uso"],
	error_no_room: ["No room", "Sin sala"],
	error_no_line: ["No line", "No hay tal línea"],
	error_nobody: ["Nobody", "No está aquí"],
	error_inbox_full: ["Inbox full", "Buzón lleno"],
	error_not_registered: ["Not registered", "Sin registrar"],
	error_wrong_password: ["Wrong password", "Contraseña incorrecta"],
	error_too_many_tries: ["Too many tries", "Demasiados intentos"],
	error_used_up: ["Used up", "Límite alcanzado"],
	error_not_encrypted: ["Not encrypted", "Sin cifrar"],
	error_not_said: ["Not said", "No se ha dicho"],
	error_no_accounts: ["No accounts", "Sin cuentas"],
	error_not_checked: ["Not checked", "Sin comprobar"],
	error_not_allowed: ["Not allowed", "No permitido"],
	error_unknown_command: ["Unknown command", "Orden desconocida"],
	error_wrong_use: ["Wrong use", "Uso incorrecto"],
	error_not_saved: ["Not saved", "No se ha guardado"],
	error_not_known: ["Not known", "No se sabe"],
	error_not_readable: ["Not readable", "No se puede leer"],
	error_full: ["Full", "Servidor lleno"],
	error_wrong_protocol: ["Wrong protocol", "Protocolo equivocado"],
	error_bad_request: ["Bad request", "Petición no válida"],
	error_server_error: ["Server error", "Error del servidor"],
	topic_set: ["{name} set the topic: {text}", "{name} ha puesto el tema: {text}"],
	topic_cleared: ["{name} removed the topic.", "{name} ha quitado el tema."],
	waits: ["waits for the connection", "espera la conexión"],
	sent: ["being saved", "guardándose"],
	refused: ["not said", "no se ha dicho"],
	doubted: ["not known yet if it was said, so it is sent again", "aún no se sabe si se dijo; se envía otra vez"],
	unsure: ["this may or may not have been said", "puede que esto se dijera, o no"],
	again: ["Write it again", "Escribirlo de nuevo"],
	drop: ["Discard", "Descartar"],
	connecting: ["Connecting …", "Conectando …"],
	lost: ["No connection. Your lines are sent when it is back.", "Sin conexión. Tus líneas se envían cuando vuelva."],
	again_in: ["Next try in {count} s", "Otro intento en {count} s"],
	try_now: ["Try now", "Intentar ya"],
	back: ["Connected again.", "Conectado de nuevo."],
	goodbye: ["You have left.", "Has salido."],
	come_back: ["Come back", "Volver"],
	left_room: ["You are not in {name} any more.", "Ya no estás en {name}."],
	question_gone: ["The connection broke before you answered.", "Se cortó la conexión antes de tu respuesta."],
	who_are_you: ["Who are you?", "¿Quién eres?"],
	way_name: ["A name for now", "Un nombre por ahora"],
	way_name_hint: [
		"Yours while you are here. This browser remembers it.",
		"Tuyo mientras estés aquí. Este navegador lo recuerda.",
	],
	way_signin_hint: ["With a registered name.", "Con un nombre registrado."],
	way_register: ["A new account", "Una cuenta nueva"],
	way_register_hint: [
		"Keeps a name for you alone. The password must have 8 characters or more.",
		"Reserva un nombre solo para ti. La contraseña debe tener 8 caracteres o más.",
	],
	do_register: ["Create the account", "Crear la cuenta"],
	no_accounts: ["Names cannot be registered on this server.", "En este servidor no se registran nombres."],
	not_private: [
		"No passwords here: this connection is not encrypted, so others could read them. Use an https address.",
		"Aquí no se piden contraseñas: la conexión no está cifrada y otros podrían leerlas. Usa una dirección https.",
	],
	name: ["Name", "Nombre"],
	password: ["Password", "Contraseña"],
	go: ["Continue", "Entrar"],
	no_answer: ["No answer from the server. Try again.", "El servidor no responde. Prueba otra vez."],
	search: ["Search", "Buscar"],
	search_words: ["Words", "Palabras"],
	search_hint: ['words, or "a phrase"', 'palabras, o "una frase"'],
	search_from: ["Said by", "De"],
	search_since: ["Since", "Desde"],
	any_time: ["any time", "siempre"],
	last_hour: ["the last hour", "la última hora"],
	last_day: ["the last day", "el último día"],
	last_week: ["the last week", "la última semana"],
	last_month: ["the last 30 days", "los últimos 30 días"],
	search_scope: ["Where", "Dónde"],
	search_here: ["in {name}", "en {name}"],
	all_rooms: ["in all my rooms", "en todas mis salas"],
	nothing_found: ["Nothing found in {name}.", "No se ha encontrado nada en {name}."],
	nothing_found_everywhere: [
		"Nothing found in the rooms that you are in. Enter another room to search it.",
		"No se ha encontrado nada en las salas en las que estás. Para buscar en otra, entra en ella.",
	],
	nothing_yet: ["Nothing found so far.", "De momento, nada."],
	found_everywhere: [
		"{count} found, room by room, newest first.",
		"{count} encontradas, por salas, las últimas primero.",
	],
	found_everywhere_one: ["1 found.", "1 encontrada."],
	rooms_left: ["{count} rooms are not searched to the end.", "Quedan {count} salas por mirar hasta el final."],
	rooms_left_one: ["1 room is not searched to the end.", "Queda 1 sala por mirar hasta el final."],
	found: ["{count} found, newest first.", "{count} encontradas, las últimas primero."],
	found_one: ["1 found.", "1 encontrada."],
	not_looked_at: ["Not searched yet: lines 1 to {count}.", "Sin buscar aún: líneas 1 a {count}."],
	look_further: ["Search further", "Seguir buscando"],
	rooms_all: ["{count} rooms", "{count} salas"],
	rooms_all_one: ["1 room", "1 sala"],
	rooms_some: [
		"{shown} of {count} rooms. To enter another one, write its name.",
		"{shown} de {count} salas. Para entrar en otra, escribe su nombre.",
	],
	room_people: ["{count} here", "{count} aquí"],
	order: ["Order", "Orden"],
	order_people: ["most people first", "primero donde hay más gente"],
	order_name: ["by name", "por nombre"],
	room_name: ["Room name (a new one is created)", "Nombre de la sala (si no existe, se crea)"],
	enter: ["Join", "Entrar"],
};

/**
 * @param {string} key
 * @returns {key is page.Key}
 */
export const isKey = (key) => Object.hasOwn(SENTENCES, key);

/**
 * Return the first of the reader's languages that the page has.
 * @param {readonly string[]} wanted
 */
export function chooseLanguage(wanted) {
	return wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => LANGUAGES.includes(tag)) ?? "en";
}

export class Texts {
	#plural;
	#formats;

	/**
	 * @param {string} language
	 * @param {string} [timeZone] that of the reader by default
	 */
	constructor(language, timeZone) {
		this.language = language;
		this.#plural = new Intl.PluralRules(language);
		/** @param {Intl.DateTimeFormatOptions} options */
		const format = (options) => new Intl.DateTimeFormat(language, { timeZone, hourCycle: "h23", ...options });
		/** @satisfies {Intl.DateTimeFormatOptions} */
		const minute = { hour: "2-digit", minute: "2-digit" };
		/** @satisfies {Intl.DateTimeFormatOptions} */
		const day = { weekday: "long", day: "numeric", month: "long" };
		this.#formats = {
			time: format(minute),
			day: format(day),
			yearDay: format({ ...day, year: "numeric" }),
			moment: format({ day: "numeric", month: "short", ...minute }),
			exactly: format({ dateStyle: "full", timeStyle: "medium" }),
		};
	}

	/**
	 * Return a sentence as strings, and `{value: NAME}` in place of each value.
	 * @param {page.Key} key
	 * @param {page.Values} [values]
	 */
	pieces(key, { count } = {}) {
		const one = `${key}_one`;
		const isOne = count !== undefined && this.#plural.select(count) === "one";
		const text = SENTENCES[isOne && isKey(one) ? one : key][LANGUAGES.indexOf(this.language)] ?? "";
		const pieces = text.split(/(\{\w+\})/).filter(Boolean);
		return pieces.map((piece) => (piece[0] === "{" ? { value: piece.slice(1, -1) } : piece));
	}

	/**
	 * @param {page.Key} key
	 * @param {page.Values} [values]
	 */
	say(key, values = {}) {
		return this.pieces(key, values)
			.map((piece) => (typeof piece === "string" ? piece : values[piece.value]))
			.join("");
	}

	/**
	 * Return the words for a kind of error. The kind itself is English, because programs read it.
	 * @param {string} kind
	 */
	errorKind(kind) {
		const key = `error_${kind.toLowerCase().replaceAll(" ", "_")}`;
		return isKey(key) ? this.say(key) : kind;
	}

	/**
	 * Return an answer of the server for a dialog, which has forms in place of commands and of a next line.
	 * @param {wire.Say} answer
	 */
	inDialog({ key = "", text }) {
		const here = `here_${key}`;
		return isKey(here) ? this.say(here) : text;
	}

	/**
	 * Return an amount of a unit in words, such as 10 minutes.
	 * @param {number} count
	 * @param {string} unit
	 */
	amount(count, unit) {
		return new Intl.NumberFormat(this.language, { style: "unit", unit, unitDisplay: "long" }).format(count);
	}

	/**
	 * Return why something was not done: the server says so, or does not answer.
	 * @param {wire.Failure | undefined} reply
	 */
	failure(reply) {
		return reply ? `${this.say("error")}: ${reply.text}` : this.say("no_answer");
	}

	/** @param {number} time in milliseconds since 1970, like all times here */
	time(time) {
		return this.#formats.time.format(time);
	}

	/**
	 * Return the day, with its year unless that is the year of *now*.
	 * @param {number} time
	 */
	day(time, now = Date.now()) {
		const isThisYear = new Date(time).getFullYear() === new Date(now).getFullYear();
		return this.#formats[isThisYear ? "day" : "yearDay"].format(time);
	}

	/** @param {number} time */
	moment(time) {
		return this.#formats.moment.format(time);
	}

	/** @param {number} time */
	exactly(time) {
		return this.#formats.exactly.format(time);
	}
}
