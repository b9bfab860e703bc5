"""The sentences of the server in Spanish: the same keys and values as every other language.

This module is over 400 lines, because it is one table: a translator compares the languages line
by line. It must not know where a sentence is used. Sentences address the reader as
*tú*, and do not depend on the gender of a person.
"""

SENTENCES = {
    # Entering
    "welcome": (
        "Te damos la bienvenida a chatd. Eres {name} en #{room}. {here}\n"
        "Escribe y pulsa Intro (Enter). Tu línea vuelve con tu nombre cuando está guardada.\n"
        "/nombre NOMBRE para elegir un nombre, /ayuda para ver las órdenes, /salir para irte."
    ),
    "welcome_by_name": (
        "Te damos la bienvenida a chatd. Eres {name} en #{room}. {here}\n"
        "Escribe y pulsa Intro (Enter). Tu línea vuelve con tu nombre cuando está guardada.\n"
        "/ayuda para ver las órdenes, /salir para irte."
    ),
    "here": "Aquí: {people}.",
    "nobody_else": "No hay nadie más aquí.",
    "joined_room": "Estás en #{room}. {here}",
    "joined_new_room": "Estás en #{room}, una sala nueva; no hay nadie más aquí.",
    "nobody_runs_new_room": (
        "Nadie administra #{room}, porque un invitado no puede tener salas. Para tener una,"
        " inicia sesión antes: /ayuda cuenta"
    ),
    "did_you_mean": "¿Querías decir #{room}?",
    "already_in_room": "Ya estás en #{room}.",
    "topic": "Tema: {topic}",
    "topic_set_by": "Lo puso {name} el {time}.",
    "no_topic": "#{room} no tiene tema. /tema TEXTO pone uno.",
    # People
    "and": "{first} y {last}",
    "and_before_i": "{first} e {last}",
    "guests": "{count} invitados",
    "guests_one": "{count} invitado",
    "more_people": "{count} más",
    "more_people_one": "{count} más",
    "absent": "sin conexión",
    "name_away": "{name} (ausente)",
    "people_in": "En #{room}: {people}.",
    "nobody_in": "No hay nadie en #{room}.",
    # Notices, and messages of browsers
    "joined": "{people} han entrado.",
    "joined_one": "{people} ha entrado.",
    "left": "{people} se han ido.",
    "left_one": "{people} se ha ido.",
    "message_not_json": "un mensaje debe ser un objeto JSON con un tipo.",
    "unknown_message": "no existe el tipo de mensaje {type}.",
    "message_not_utf8": "un mensaje debe estar en UTF-8.",
    "message_too_long": "un mensaje puede tener {limit} bytes. Envía menos de una vez.",
    "json_first": (
        "/json tiene que ser la primera línea de la conexión. Para usarlo, conecta otra vez."
    ),
    "hello_first": "envía antes un mensaje de tipo hello.",
    "hello_late": "no llegó ningún hello en {limit} segundos, así que la conexión se cierra.",
    "hello_once": "ya se envió un hello.",
    "wrong_member": "{member} debe ser {right}.",
    "right_text": "un texto",
    "right_kind": "message o notice",
    "right_bookmark": "un marcador tal como lo recibiste, como 17-1764100000000, o un seq",
    "right_number": "un número entero, 0 o más",
    "right_options": "una lista de textos, nueve como mucho",
    "right_flag": "true o false",
    "right_id": "un número entero, o un texto de 64 caracteres como mucho, ninguno de control",
    "right_key": "de 16 a 64 letras, cifras, _ o -",
    "right_language": "en o es",
    "right_rooms": "un objeto con el último marcador que tienes de cada sala, o null",
    "right_places": "un objeto con el seq hasta el que buscar, o null, de cada sala (1 a 50)",
    "right_room_or_rooms": "omitido donde se da rooms",
    "right_search": "palabras, de:NOMBRE o desde:TIEMPO que buscar",
    "not_one_line": "la respuesta a una pregunta debe ser una sola línea, y no tiene kind.",
    "private_line_is_one": "una línea privada es una sola: envía cada línea por separado.",
    "not_text": "contiene sustitutos Unicode sin pareja.",
    "not_in_that_room": "no estás en #{room}.",
    "too_many_stays": "estás en {limit} salas, que es el máximo. Deja una primero.",
    "renamed": "{name} ahora es {new_name}.",
    "topic_set": "{name} ha puesto el tema: {topic}",
    "topic_cleared": "{name} ha quitado el tema.",
    # Deeds
    "did_kick": "{name} ha echado a {target}",
    "did_mute": "{name} ha callado a {target}",
    "did_unmute": "{name} deja hablar otra vez a {target}",
    "did_ban": "{name} ha vetado a {target}",
    "did_unban": "{name} ha levantado el veto a {target}",
    "did_ban_address": "{name} ha vetado la dirección desde la que vino {target}",
    "did_unban_address": "{name} ha levantado el veto a la dirección desde la que vino {target}",
    "did_mode": "{name} ha puesto la sala en modo {target}",
    "did_invite": "{name} ha invitado a {target}",
    "did_uninvite": "{name} ha retirado la invitación a {target}",
    "did_voice": "{name} ha dado voz a {target}",
    "did_unvoice": "{name} ha quitado la voz a {target}",
    "did_op": "{name} ha dado derechos de operador a {target}",
    "did_unop": "{name} ha quitado los derechos de operador a {target}",
    "did_close": "{name} ha cerrado la sala",
    "did_wall": "{name} a todos",
    "did_create": "{name} ha creado esta sala: {target}",
    "did_disconnect": "{name} ha desconectado a {target}",
    "did_ban_network": "{name} ha vetado una dirección",
    "did_unban_network": "{name} ha levantado el veto a una dirección",
    "did_ban_prefix": "{name} ha vetado una red ({target})",
    "did_unban_prefix": "{name} ha levantado el veto a una red ({target})",
    "did_private_everyone": "{name} deja que todos escriban líneas privadas",
    "did_private_members": "{name} deja escribir líneas privadas solo con la sesión iniciada",
    "did_seen_on": "{name} deja ver a autores y operadores quién tiene una línea (/visto)",
    "did_seen_off": "{name} ha quitado /visto en esta sala",
    "did_register_on": "{name} lleva un registro aquí: se guarda cuándo llega y se va la gente",
    "did_register_off": "{name} ha terminado el registro de esta sala",
    "did_hook": "{name} ha añadido un webhook: las líneas de esta sala se envían a {target}",
    "did_unhook": "{name} ha quitado el webhook a {target}",
    "did_endhook": (
        "{name} ha terminado el webhook a {target}, porque quien lo puso ya no tiene derecho"
    ),
    "did_deadhook": (
        "{name} ya no tiene el webhook a {target}: en una semana no se le ha podido entregar nada"
    ),
    "did_hookin": "{name} deja que {target} publique aquí",
    "did_unhookin": "{name} ya no deja que {target} publique aquí",
    "did_endhookin": (
        "{name} ha terminado lo que publica {target}, porque quien creó ese webhook ya no tiene"
        " derecho"
    ),
    "for_time": "{did} durante {time}",
    "with_reason": "{did}: {reason}",
    "without_reason": "{did}.",
    # Notas
    "asks": "{name} pregunta: {question} Responde con {how}; solo lo ve {name}.",
    "asks_anonymously": (
        "{name} pregunta: {question} Responde con {how}; nadie ve quién eligió qué."
    ),
    "any_answer": "/a, o /a TEXTO",
    "question_close": "{name} ha cerrado la pregunta: {counts}.",
    "question_show": "{name} enseña las respuestas: {counts}.",
    "no_answers": "no ha respondido nadie",
    "remark_ack": "{name} se encarga de esto: {line}{words}",
    "remark_read": "{name} ha leído esto: {line}{words}",
    "remark_decision": "{name} ha marcado una decisión: {line}{words}",
    # Preguntas
    "yes": "sí",
    "answered_in_words": "han respondido {count}",
    "answered_in_words_one": "ha respondido {count}",
    "answered": "Tu respuesta: {answer}. Solo la ve {name}.",
    "answered_again": "Tu respuesta es ahora: {answer}. Solo la ve {name}.",
    "answered_once": (
        "Tu respuesta: {answer}. Se cuenta sin tu nombre, así que no se puede cambiar."
    ),
    "answered_anonymously": (
        "ya has respondido. Una respuesta anónima no se puede cambiar, porque nada dice cuál es la"
        " tuya."
    ),
    "anonymous_has_no_names": "la pregunta es anónima: nada dice quién eligió qué opción.",
    "anonymous_not_here": (
        "este servidor guarda el historial en una base de datos, cuyo diario diría quién eligió qué"
        " opción. Pregunta con nombres, o en un servidor que guarde el historial en un archivo."
    ),
    "anonymous_not_now": (
        "otro programa lee el almacén, así que esto dejaría allí rastro de quién eligió qué, y no"
        " se ha hecho. Inténtalo otra vez en un momento; si sigue así, díselo al operador."
    ),
    "have_answered": "Han respondido {count} de {expected}.",
    "have_answered_one": "Ha respondido {count} de {expected}.",
    "not_yet": "Faltan: {people}.",
    "more_answers": "... y {count} respuestas más.",
    "more_answers_one": "... y {count} respuesta más.",
    "asked_in": "La pregunta está en #{room}.",
    "shown_in": "Las respuestas están en #{room}.",
    "question_is_blank": "una pregunta necesita palabras: /preguntar PREGUNTA | OPCIÓN | OPCIÓN",
    "question_is_blank_http": "una pregunta necesita palabras.",
    "question_too_long": (
        "una pregunta puede tener {limit} caracteres, y esta tiene {length}. Di el resto antes, en"
        " una línea."
    ),
    "too_many_options": "una pregunta puede tener {limit} opciones, y esta tiene {number}.",
    "option_is_blank": "la opción {number} está en blanco. Escríbela, o quita su |.",
    "option_is_blank_http": "la opción {number} está en blanco.",
    "option_too_long": (
        "la opción {number} es demasiado larga: una opción puede tener {limit} caracteres."
    ),
    "option_has_separator": "la opción {number} tiene un |, que en el chat empieza otra opción.",
    "options_are_same": "las opciones {first} y {number} son iguales.",
    "option_is_a_number": (
        "la opción {number} es {option}, que también es el número de otra, así que no se sabría"
        " cuál es. Ponla en el lugar {option}, o escríbela de otra forma."
    ),
    "anonymous_without_options": (
        "una pregunta anónima necesita opciones, porque las palabras delatan a quien las escribe:"
        " /preguntar anónima PREGUNTA | OPCIÓN | OPCIÓN"
    ),
    "anonymous_without_options_http": (
        "una pregunta anónima necesita opciones, porque las palabras delatan a quien las escribe."
    ),
    "answer_too_long": ("una respuesta puede tener {limit} caracteres, y esta tiene {length}."),
    "which_option": "¿cuál? {options}. Responde con un número del 1 al {limit}.",
    "no_such_option": (
        "{answer} no es ninguna de las opciones: {options}. Responde con un número del 1 al"
        " {limit}, o con el texto de una opción."
    ),
    "no_question": "no hay ninguna pregunta abierta en #{room}. /preguntar PREGUNTA hace una.",
    "no_question_http": "no hay ninguna pregunta abierta en #{room}.",
    "no_such_question": (
        "no hay ninguna pregunta {number} en #{room}, o ya no se guardan sus respuestas."
    ),
    "question_is_closed": "la pregunta de #{room} está cerrada.",
    "too_many_questions": "#{room} tiene {limit} preguntas abiertas. /preguntar fin cierra una.",
    "too_many_questions_http": "#{room} tiene {limit} preguntas abiertas. Cierra una.",
    "too_many_answers": "han respondido {limit} personas, y no se cuentan más.",
    "only_asker": "eso solo lo hace {name}, que hizo la pregunta, o quien administra la sala.",
    "only_asker_shows": "las respuestas solo las muestra {name}, que hizo la pregunta.",
    "answer_needs_account": (
        "por HTTP solo una cuenta puede preguntar y responder, porque dos peticiones de un"
        " invitado pueden ser de dos personas. Envía un token, o responde en el chat."
    ),
    "older_nodes": (
        "un servidor de una versión anterior comparte este chat y no puede mostrar eso. Di al"
        " operador que lo actualice."
    ),
    "not_one_line_of_words": "las palabras deben ser una sola línea.",
    "no_line_to_mark": "en #{room} no se ha dicho nada últimamente.",
    "no_such_line": "en #{room} nadie dijo una línea con el número {seq}, o está borrada.",
    "no_line_with": 'en #{room} ninguna línea tiene la palabra "{word}".',
    "decisions": "{count} decisiones en #{room}:",
    "decisions_one": "1 decisión en #{room}:",
    "no_decisions": "Ninguna línea de #{room} está marcada como decisión.",
    "older_decisions": "Las anteriores: /marcas {seq}",
    "which_alert": (
        "en #{room} siguen {alerts} alertas: ¿cuál? /asumir {number} es la de ese número."
    ),
    "which_alert_http": "en #{room} siguen {alerts} alertas: da el seq de una.",
    "no_alert": "en #{room} no sigue ninguna alerta, ni ha dicho nada hace poco un webhook.",
    "no_alerts": "En #{room} no sigue ninguna alerta.",
    "alerts_of_nobody": "{count} alertas de las que no se encarga nadie:",
    "alerts_of_nobody_one": "1 alerta de la que no se encarga nadie:",
    "all_alerts_taken": "De cada alerta de #{room} se encarga alguien:",
    "alert_of_nobody": "{number}: {line}",
    "alert_of": "{number}: {line} (se encarga {name})",
    "alert_of_with_words": "{number}: {line} (se encarga {name}: {words})",
    "have_read": "{people} han leído: {line}",
    "has_read": "{people} ha leído: {line}",
    # Answers
    "you_are": "Ahora eres {name}.",
    "you_are_already": "Ya eres {name}.",
    "said_in_room": "Dicho en #{room}.",
    "paste_begun": (
        "Pega o escribe las líneas de un mensaje. Ninguna es una orden. Una línea con solo un punto"
        " lo termina."
    ),
    "paste_is_blank": "No se ha dicho nada: no había texto antes del punto.",
    "paste_elsewhere": (
        "el mensaje se empezó en #{room}, y ya no estás allí, así que no se ha dicho."
    ),
    "no_paste_here": "/pegar es para puertos de chat. Aquí, envía un texto de varias líneas.",
    "echo_on": "Se te muestran tus propias líneas.",
    "echo_off": "No se te muestran tus propias líneas. Los errores sí.",
    "times_on": "Cada línea muestra ahora su hora.",
    "times_off": "Las líneas nuevas no muestran su hora.",
    "language": "El servidor te habla en español.",
    "text_only": "A partir de ahora cada línea de esta conexión es texto.",
    "not_text_only": (
        "/texto es para puertos de chat. Aquí, empieza una línea con // para decir una que"
        " empieza por una barra."
    ),
    "rooms": "{count} salas:",
    "rooms_one": "{count} sala:",
    "room": "#{room}: {people} dentro, {count} líneas.",
    "room_one": "#{room}: {people} dentro, {count} línea.",
    "more_rooms": "y {count} más. /salas {next} las muestra todas por nombre.",
    "more_rooms_one": "y {count} más. /salas {next} las muestra todas por nombre.",
    "rooms_from": "Salas a partir de {start}, por nombre:",
    "next_rooms": "Hay más: /salas {next}",
    "no_rooms_from": (
        "No hay ninguna sala a partir de {start}. /salas muestra las que tienen más gente."
    ),
    "history": "{shown} de {count} líneas de #{room}:",
    "history_one": "{shown} de {count} línea de #{room}:",
    "no_history": "En #{room} no se ha dicho nada todavía.",
    "since": "{shown} de {count} líneas de #{room}, desde el {time}:",
    "since_one": "{shown} de {count} línea de #{room}, desde el {time}:",
    "goodbye": "Hasta luego.",
    "stopping": "El servidor se está deteniendo.",
    "upgrading": "El servidor se actualiza. Vuelve a entrar ya.",
    "no_line_said": "No has dicho en #{room} nada que siga guardado.",
    "no_such_line_said": (
        "No se ha encontrado en #{room} una línea tuya con esas palabras. Sus operadores encuentran"
        " también las de otros."
    ),
    "your_line_is_with": "Tu línea de las {time} la tienen {has} de {all}.",
    "line_is_with": "La línea de {author} de las {time} la tienen {has} de {all}.",
    "line_has_no_readers": "No hay nadie más que estuviera aquí entonces y esté ahora.",
    "line_was_sent": (
        "Se ha enviado a {sent} por TLS o a través de un proxy; no se sabe si ha llegado."
    ),
    "line_not_yet": "Todavía no: {people}.",
    "line_unknown": "No se sabe, porque su servidor no responde: {people}.",
    "clock_of_day": "{clock} del {date}",
    # Rooms that are run
    "mode_free": "libre",
    "mode_open": "abierto",
    "mode_private": "privado",
    "mode_moderated": "moderado",
    "mode_announce": "anuncios",
    "mode_closed": "cerrado",
    "room_is_run": "#{room}, en modo {mode}: {meaning}",
    "room_is_run_by": "#{room}, en modo {mode}: {meaning} Su dueño es {owner}.",
    "operators_are": "Operadores: {people}.",
    "voiced_are": "Nombres registrados con voz: {people}.",
    "invited_are": "Nombres registrados con invitación: {people}.",
    "means_free": "nadie la administra, así que cualquiera habla y pone el tema.",
    "means_open": "cualquiera entra y habla; el tema lo ponen los operadores.",
    "means_private": "no sale en la lista, y solo entra quien tiene invitación.",
    "means_moderated": "cualquiera entra; solo habla quien tiene voz.",
    "means_announce": "cualquiera entra; solo hablan los operadores.",
    "means_closed": "solo entra su dueño, que puede volver a abrirla.",
    "switch_seen_on": "En #{room} autores y operadores ven quién tiene una línea (/visto).",
    "switch_seen_off": "En #{room} nadie ve quién tiene una línea: /visto está quitado.",
    "switch_register_on": (
        "#{room} lleva un registro: se guarda cuándo llega y se va cada persona, para su dueño."
    ),
    "register_is_at": "Lo tienes en {url}, con un token tuyo (/token nuevo NOMBRE leer).",
    "switch_register_off": "#{room} no lleva registro de cuándo llega y se va la gente.",
    "private_lines_everyone": "Aquí todos pueden escribir líneas privadas.",
    "private_lines_members": "Aquí solo se pueden escribir líneas privadas con la sesión iniciada.",
    "you_run_room": "Administras #{room}. /ayuda moderar dice cómo.",
    "in_room": "En #{room}: {did}",
    "put_out": "Te han sacado de #{room}: {why}",
    "in_no_room_now": (
        "Ahora no estás en ninguna sala. /sala SALA para entrar en una, o /volver a la de entrada."
    ),
    "welcome_outside": (
        "Te damos la bienvenida a chatd. Eres {name}, y no estás en ninguna sala.\n"
        "/sala SALA para entrar en una, /ayuda para ver las órdenes, /salir para irte."
    ),
    "you_were_invited": "{name} te ha invitado a #{room}. Con /sala {room} vas allí.",
    "may_already": "{name} ya puede hacer eso en #{room}.",
    "voiced_already": "{name} ya puede hablar en #{room}.",
    "invited_already": "{name} ya tiene invitación a #{room}.",
    "not_invited": "{name} no tiene invitación a #{room}.",
    "not_voiced": "{name} no tiene voz en #{room}.",
    "not_operator": "{name} no tiene derechos de operador en #{room}.",
    "not_muted": "{name} puede hablar en #{room}: nadie se lo ha prohibido.",
    "not_banned": "{name} no tiene ningún veto en #{room}.",
    "sanctions_nobody": (
        "Aquí nadie se llama {name}, y el nombre no está registrado. Se aplica a quien entre con"
        " él sin registrarlo."
    ),
    "sanctions_nobody_near": (
        "Aquí nadie se llama {name}, y el nombre no está registrado. Se aplica a quien entre con"
        " él sin registrarlo. ¿Querías decir {near}?"
    ),
    "ask_again": "Repite la orden en menos de un minuto para confirmar.",
    "would_shut_out": "Esto dejaría fuera de #{room} a {count} conexiones: {people}.",
    "would_shut_out_one": "Esto dejaría fuera de #{room} a {count} conexión: {people}.",
    "would_shut_out_nobody": (
        "Ninguna de las personas conectadas ahora se quedaría fuera de #{room}."
    ),
    "would_close": (
        "Esto cierra #{room} y saca de ella {count} conexiones. El historial se conserva."
    ),
    "would_close_one": (
        "Esto cierra #{room} y saca de ella {count} conexión. El historial se conserva."
    ),
    "no_sanctions": "En #{room} no hay silencios ni vetos.",
    "sanctions": "{count} silencios y vetos en #{room}:",
    "sanctions_one": "{count} silencio o veto en #{room}:",
    "mute_listed": "{target} no puede hablar hasta el {until} (quedan {left}), por orden de {by}",
    "ban_listed": "{target} no puede entrar hasta el {until} (quedan {left}), por orden de {by}",
    "more_sanctions": "y {count} más.",
    "more_sanctions_one": "y {count} más.",
    "said_to_all": "Dicho en todas las salas en las que hay gente.",
    "disconnected_by": "{name} te ha desconectado.",
    "disconnected": "Se han cerrado {count} conexiones de {name}.",
    "disconnected_one": "Se ha cerrado {count} conexión de {name}.",
    "statistics": (
        "{versions}\n"
        "En marcha desde hace {time}. Conexiones: {connections}. Nombres presentes: {names}.\n"
        "Salas: {rooms}. Líneas: {lines}. Registrados: {accounts}.\n"
        "Al arrancar: {store}"
    ),
    # Webhooks
    "hook_added": (
        "Webhook {number} de #{room}: {url}\n"
        "Sus peticiones van firmadas con este secreto, que solo se muestra esta vez: {secret}"
    ),
    "hook_made": (
        "Pega esto donde una herramienta pida un webhook de Slack, Mattermost, Discord, Gotify o"
        " Alertmanager. Solo se muestra esta vez: {url}"
    ),
    "hook_posts": (
        "{name}, publica aquí, de {by}, {time}: {count} publicaciones, la última {last}."
    ),
    "hook_posts_one": "{name}, publica aquí, de {by}, {time}: {count} publicación, {last}.",
    "hook_never_posted": "{name}, publica aquí, de {by}, {time}: sin usar todavía.",
    "hook_begins": "{hook} Su token empieza por {start}.",
    "hook_refused": "{hook} La última publicación rechazada: {refusal}, {time}.",
    "no_hooks": (
        "#{room} no tiene webhooks. /webhook añadir URL envía sus líneas allí, /webhook entrante"
        " NOMBRE deja que una herramienta publique aquí."
    ),
    "hooks": "{count} webhooks de #{room}:",
    "hooks_one": "{count} webhook de #{room}:",
    "hook_is_idle": "{number}. {to}, de {by}, {time}: todo está entregado.",
    "hook_waits": "{number}. {to}, de {by}, {time}: esperan {count} líneas.",
    "hook_waits_one": "{number}. {to}, de {by}, {time}: espera {count} línea.",
    "hook_fails": "{hook} Han fallado {count} intentos; el último: {why}",
    "hook_fails_one": "{hook} Ha fallado {count} intento: {why}",
    "hook_is_unproven": (
        "{hook} Tiene que responder a una prueba antes de la próxima línea: ver Webhooks en"
        " docs/wire.md."
    ),
    "hook_answers": "{hook} Contesta como {name}.",
    "hook_failed": "no se ha entregado nada.",
    "hook_reason": "Para quien administra: {why}",
    "hook_not_proven": "no ha respondido a la prueba con su texto.",
    "hook_busy": "esperan demasiadas entregas.",
    "hook_answered": "ha respondido {status}.",
    "hook_timed_out": "no ha respondido a tiempo.",
    "hook_unreachable": "no se ha podido conectar.",
    "hook_no_address": "el nombre de su servidor no tiene dirección.",
    "hook_not_allowed": "aquí no se permiten peticiones a su dirección.",
    "hook_no_tls": "https:// necesita chatd[tls], que aquí ya no está instalado.",
    "hook_tls_failed": "su certificado no es válido, o TLS ha fallado de otro modo.",
    "hook_broke": "la conexión se ha cortado, o la respuesta no era HTTP.",
    "hook_not_readable": "el registro de la sala no se puede leer.",
    # Help
    "no_push": "En tu ausencia no recibes avisos. /avisos URL los activa.",
    "push_is": "En tu ausencia, {target} recibe avisos de líneas privadas y menciones.",
    "push_is_with_text": (
        "En tu ausencia, {target} recibe avisos de líneas privadas y menciones, con su texto."
    ),
    "push_fails": "{push} Los últimos {count} intentos han fallado.",
    "push_fails_one": "{push} El último intento ha fallado.",
    "push_ended": "Desde ahora no recibes avisos.",
    "push_code_sent": (
        "Se ha enviado un código a {target}. Escribe /avisos confirmar CÓDIGO en diez minutos."
    ),
    "push_code": "El código de {name} es {code}. En chatd, escribe: /avisos confirmar {code}",
    "push_privates": "{count} líneas privadas, la última de {name}",
    "push_privates_one": "{name} te ha escrito",
    "push_mentions": "{count} menciones en #{room}, la última de {name}",
    "push_mentions_one": "{name} te ha nombrado en #{room}",
    "push_more": "{count} más en otras salas",
    "push_more_one": "{count} más en otra sala",
    "push_with_text": "{what}: {text}",
    "help_more": "/ayuda ORDEN explica una. Para decir una línea que empieza por /, usa //.",
    "help_more_in": "/ayuda ORDEN explica una, con un ejemplo: /ayuda {command}",
    "help_undo": "Para deshacer: {names}",
    "help_other_names": "Otros nombres: {names}.",
    # Missed lines and searches
    "private_missed": "{count} líneas privadas desde que te fuiste:",
    "private_missed_one": "{count} línea privada desde que te fuiste:",
    "private_missed_more": "{count} líneas privadas más: /pendiente las muestra.",
    "private_missed_more_one": "{count} línea privada más: /pendiente la muestra.",
    "missed": "{count} líneas en #{room} desde que te fuiste:",
    "missed_one": "{count} línea en #{room} desde que te fuiste:",
    "missed_more": (
        "{count} más en #{room}: /pendiente las muestra, /saltar marca todo como leído."
    ),
    "missed_more_one": (
        "{count} más en #{room}: /pendiente la muestra, /saltar marca todo como leído."
    ),
    "missed_before": (
        "{count} líneas más en #{room} desde que te fuiste: /pendiente las muestra, /saltar"
        " marca todo como leído."
    ),
    "missed_before_one": (
        "{count} línea más en #{room} desde que te fuiste: /pendiente la muestra, /saltar"
        " marca todo como leído."
    ),
    "nothing_missed": "No te has perdido nada.",
    "skipped": (
        "Todas las líneas de tus salas, y tus líneas privadas, quedan marcadas como leídas."
    ),
    "nothing_counted": (
        "lo que te has perdido solo se cuenta con la sesión iniciada. /historial muestra las"
        " últimas líneas."
    ),
    "waits_for": "{name} no está aquí. Tu línea queda guardada, y se le mostrará cuando vuelva.",
    "is_away": "{name} no está disponible: {text}",
    "found": "{count} líneas de #{room}, primero las últimas:",
    "found_one": "{count} línea de #{room}:",
    "found_more": "{count} líneas de #{room}, primero las últimas; puede haber más:",
    "found_more_one": "La última línea de #{room}; puede haber más:",
    "search_wrong_from": (
        '{part} no se entiende. de:ana busca las líneas de ana; úsalo una sola vez. "Entre'
        ' comillas" se busca tal cual.'
    ),
    "search_wrong_since": (
        "{part} no se entiende. desde:2d busca las líneas de los últimos 2 días (s, m, h, d,"
        ' w); úsalo una sola vez. "Entre comillas" se busca tal cual.'
    ),
    "search_wrong_in": (
        "{part} no se entiende. en:ops busca las líneas de #ops, en:todas las de tus salas; úsalo"
        ' una sola vez. "Entre comillas" se busca tal cual.'
    ),
    "search_in_apart": (
        '{part} es para la orden /buscar. Aquí, elige las salas aparte. "Entre comillas" se busca'
        " tal cual."
    ),
    "search_too_many_words": "una búsqueda tiene como mucho {limit} palabras.",
    "nothing_found": "No se ha encontrado nada en #{room}.",
    "nothing_found_anywhere": "No se ha encontrado nada en tus salas.",
    "rooms_not_looked_at": (
        "{count} de tus salas no se han mirado hasta el final. Solo en una: /buscar en:#{room}"
        " PALABRAS"
    ),
    "rooms_not_looked_at_one": (
        "#{room} no se ha mirado hasta el final. Solo en esa: /buscar en:#{room} PALABRAS"
    ),
    "not_looked_at": (
        "Las líneas 1 a {first} de {all} no se han buscado. Prueba con una palabra más larga."
    ),
    "mentions": "{count} líneas de #{room} que te nombran, primero las últimas:",
    "mentions_one": "{count} línea de #{room} que te nombra:",
    "no_mentions": "No se ha encontrado ninguna línea que nombre a {name}.",
    "more_mentions": "Puede haber más. /buscar {name} busca más atrás en esta sala.",
    # Settings
    "away": "vuelvo luego",
    "away_on": "A quien te escriba se le dice: {away}. Repite /ausente cuando vuelvas.",
    "away_off": "Ya no estás ausente.",
    "bell_on": "Sonará un pitido con cada línea de otra persona.",
    "bell_mentions": "Las líneas que te nombran, y las privadas, hacen un pitido.",
    "bell_off": "Ninguna línea hará sonar un pitido.",
    "quiet_on": "Las entradas, las salidas y los cambios de nombre no se muestran.",
    "quiet_off": "Las entradas, las salidas y los cambios de nombre se muestran.",
    "guests_on": "Los invitados pueden escribirte líneas privadas.",
    "guests_off": "Los invitados no pueden escribirte líneas privadas.",
    "stay_on": (
        "Sigues en las salas en que estás durante 30 días sin conexión. Los demás te ven como"
        " ausente."
    ),
    "stay_off": "Estás en una sala mientras tengas conexión.",
    "ignored": "Las líneas de {name} no se muestran. /atender {name} las muestra otra vez.",
    "unignored": "Las líneas de {name} se muestran otra vez.",
    "not_ignored": "No ignoras a {name}.",
    "ignores": "Ignoras a {names}.",
    "ignores_nobody": "No ignoras a nadie.",
    "too_many_ignored": (
        "ignoras a {limit} personas, que es el máximo. Usa antes /atender NOMBRE."
    ),
    # Accounts
    "password_prompt": "Tu próxima línea es la contraseña. Una línea vacía cancela.",
    "present_password_prompt": (
        "Primero escribe tu contraseña actual en la próxima línea. Una línea vacía cancela."
    ),
    "new_password_prompt": "Tu próxima línea es la contraseña nueva. Una línea vacía cancela.",
    "repeat_password_prompt": "Escríbela otra vez. Una línea vacía cancela.",
    "passwords_differ": "las dos contraseñas no coinciden.",
    "shown_password_prompt": (
        "Tu próxima línea es la contraseña. Los demás no la ven, pero nc la muestra en tu"
        " pantalla. Una línea vacía cancela."
    ),
    "shown_present_password_prompt": (
        "Primero escribe tu contraseña actual en la próxima línea. Los demás no la ven, pero nc"
        " la muestra en tu pantalla. Una línea vacía cancela."
    ),
    "shown_new_password_prompt": (
        "Tu próxima línea es la contraseña nueva. Los demás no la ven, pero nc la muestra en tu"
        " pantalla. Una línea vacía cancela."
    ),
    "keep_tokens_prompt": (
        "Tienes {count} tokens, que terminan con la contraseña anterior. Pulsa Intro para"
        " terminarlos, o responde conservar si nadie más puede tenerlos."
    ),
    "keep_tokens_prompt_one": (
        "Tienes {count} token, que termina con la contraseña anterior. Pulsa Intro para"
        " terminarlo, o responde conservar si nadie más puede tenerlo."
    ),
    "password_not_needed": (
        "Escribiste tu contraseña hace poco, así que no se ha pedido otra vez. Esta línea no"
        " se ha dicho."
    ),
    "not_asked_again": "No se te pregunta más. Escribe otra vez la orden para seguir.",
    "password_cancelled": "Cancelado: no se ha dado ninguna contraseña.",
    "registered": "El nombre {name} es tuyo. Cuando vuelvas: /acceder {name}",
    "password_changed": "Tu contraseña ha cambiado. Se han cerrado todas tus demás sesiones.",
    "tokens_kept": "{count} tokens siguen valiendo: /token lista.",
    "tokens_kept_one": "{count} token sigue valiendo: /token lista.",
    "password_changed_elsewhere": (
        "La contraseña se ha cambiado en otra parte, así que aquí se ha cerrado tu sesión."
        " /acceder NOMBRE CONTRASEÑA para seguir, o /cerrarsesion para ser invitado."
    ),
    "password_changed_elsewhere_irc": (
        "La contraseña se cambió en otro sitio, así que aquí se ha cerrado tu sesión. /msg"
        " NickServ IDENTIFY NOMBRE CONTRASEÑA para seguir, o LOGOUT para ser invitado."
    ),
    "others_closed": "Se han cerrado {count} conexiones tuyas.",
    "others_closed_one": "Se ha cerrado {count} conexión tuya.",
    "no_others": "No tienes ninguna otra conexión.",
    "browsers_signed_out": "En {count} navegadores hay que iniciar sesión otra vez.",
    "browsers_signed_out_one": "En {count} navegador hay que iniciar sesión otra vez.",
    "signed_out": (
        "Se ha cerrado tu sesión: ha cambiado la contraseña, o se ha terminado en otra parte."
    ),
    "sign_in_again": (
        "Este navegador ya no tiene aquí la sesión abierta: recarga la página e inicia sesión otra"
        " vez."
    ),
    "token_made_write": (
        "{token} es un token para leer y escribir. Solo se muestra esta vez. Quien lo tenga"
        " puede leer y hablar como {name}, hasta /token revocar {token} o una contraseña"
        " nueva:"
    ),
    "token_made_read": (
        "{token} es un token para leer. Solo se muestra esta vez. Quien lo tenga puede leer"
        " como {name}, hasta /token revocar {token} o una contraseña nueva:"
    ),
    "tokens": "{count} tokens:",
    "tokens_one": "{count} token:",
    "token_listed": "{token}, {scope}, creado el {time}",
    "scope_read": "para leer",
    "scope_write": "para leer y escribir",
    "no_tokens": "No tienes ningún token. /token nuevo NOMBRE crea uno.",
    "token_revoked": "El token {token} está revocado.",
    "closed_by_owner": "{name} ha cerrado esta conexión desde otra.",
    "unregistered": "El nombre {name} ya no está registrado.",
    "registered_elsewhere": "El nombre {name} está registrado ahora. Si es tuyo, /acceder NOMBRE.",
    "registered_elsewhere_irc": (
        "El nombre {name} está registrado ahora. Si es tuyo: /msg NickServ IDENTIFY {name}"
        " CONTRASEÑA"
    ),
    "whois_registered": "El nombre {name} está registrado.",
    "whois_not_registered": "El nombre {name} no está registrado.",
    "whois_here": "{name} está aquí en {rooms}, con {count} conexiones.",
    "whois_here_one": "{name} está aquí en {rooms}, con {count} conexión.",
    "whois_in_no_room": "{name} está aquí, con {count} conexiones.",
    "whois_in_no_room_one": "{name} está aquí, con {count} conexión.",
    "whois_not_here": "{name} no está aquí.",
    "whois_stays": "{name} no está conectado, y sigue en {rooms}.",
    "name_first": (
        "elige antes un nombre: /nombre NOMBRE, y después /registrar, que pide una contraseña."
    ),
    "name_first_http": "te han quitado este nombre mientras tanto. Elige otra vez un nombre.",
    "name_first_irc": "elige antes un apodo: /nick NOMBRE",
    "you_have_no_name": "Tu usuario no te da un nombre aquí: {why}",
    "you_administer": "En esta conexión administras el servidor, por ser del grupo {group}.",
    "root_has_no_name": (
        "root no tiene cuenta. Conéctate como un usuario sin sus permisos, o /acceder NOMBRE"
        " CONTRASEÑA."
    ),
    "login_is_unknown": (
        "esta máquina no tiene un nombre de usuario para ti. /nombre NOMBRE para elegir uno."
    ),
    "login_came_late": (
        "esta máquina no dijo a tiempo tu nombre de usuario. Conéctate otra vez más tarde, o"
        " /nombre NOMBRE."
    ),
    "name_of_other_user": (
        "{name} es de otro usuario de esta máquina, o de uno anterior. Elige otro nombre, o pide a"
        " quien opera el servidor que lo quite: chatd admin remove {name}."
    ),
    "has_no_password": (
        "{name} no tiene contraseña: solo lo tiene su usuario en la máquina del servidor, por el"
        " socket UNIX. Elige otro nombre."
    ),
    "no_password_here": (
        "{name} es una cuenta de la organización y no tiene contraseña aquí. Inicia sesión como"
        " allí, en un navegador."
    ),
    "header_not_trusted": "este servidor no te deja decir quién es la persona. Quita la cabecera.",
    "account_closed": "la cuenta {name} está cerrada. Pregunta a quien lleva este servidor.",
    "no_account_here": (
        "se te conoce, pero {name} no tiene cuenta aquí. Pregunta a quien lleva este servidor."
    ),
    "account_is_local": (
        "{name} es una cuenta solo de este servidor, así que el inicio de sesión de la organización"
        " no vale para ella. Pregunta a quien lleva este servidor."
    ),
    "name_of_organisation": (
        "{name} es un nombre de la organización. /acceder {name}, con la contraseña que tiene allí."
    ),
    "name_of_organisation_http": (
        "{name} es un nombre de la organización. Inicia sesión con la contraseña que tiene allí."
    ),
    "password_is_outside": "la contraseña de {name} es de la organización. Cámbiala allí.",
    "sign_in_fails": (
        "ahora no se pueden comprobar contraseñas: falla el inicio de sesión de la organización."
        " Inténtalo más tarde."
    ),
    "would_unregister": "Esto renunciaría al nombre {name} y borraría tus líneas privadas.",
    "yours_without_password": "{name} ya es tuyo.",
    "yours_already": "el nombre {name} ya es tuyo. /clave cambia su contraseña.",
    "yours_already_irc": "el nombre {name} ya es tuyo.",
    "not_registered": (
        "el nombre {name} no está registrado. /nombre {name} lo toma, /registrar lo conserva."
    ),
    "not_registered_http": (
        "el nombre {name} no está registrado. Mira si está bien escrito, o crea una cuenta."
    ),
    "not_registered_irc": "el nombre {name} no está registrado. /nick {name} lo toma.",
    "not_logged_in": (
        "no has iniciado sesión. /acceder NOMBRE CONTRASEÑA, o /registrar un nombre."
    ),
    "not_logged_in_irc": (
        "no has iniciado sesión. Por ejemplo: /msg NickServ IDENTIFY NOMBRE CONTRASEÑA"
    ),
    "logout_first": "has iniciado sesión como {name}. Antes, /cerrarsesion.",
    "logout_first_http": "esta petición es de {name}. Quita el parámetro name.",
    "logout_first_irc": "has iniciado sesión como {name}. Antes: /msg NickServ LOGOUT",
    "wrong_password": "esa no es la contraseña de {name}.",
    "too_many_tries": "espera {count} segundos. Esta contraseña no se ha comprobado.",
    "too_many_tries_one": "espera {count} segundo. Esta contraseña no se ha comprobado.",
    "too_many_wait": (
        "se están comprobando muchas contraseñas. Inténtalo otra vez dentro de unos segundos."
    ),
    "password_in_clear": (
        "aquí no se aceptan contraseñas. Otros pueden haber leído la que has enviado;"
        " no la uses nunca más."
    ),
    "no_password_in_clear": (
        "aquí no se aceptan contraseñas. Conéctate por TLS, o desde la máquina del servidor."
    ),
    "nearly_a_password": (
        "esto parece una contraseña. Una orden empieza por /, y tras su nombre va un espacio;"
        " empieza la línea con // para decirla de todos modos."
    ),
    "answer_to_nothing": (
        "esta línea puede ser una contraseña: ha llegado justo después de una orden que no la"
        " pidió. Envíala otra vez si no lo es."
    ),
    "asked_before_upgrade": (
        "mientras tanto el servidor se actualizó, así que la pregunta ya no está abierta. Da la"
        " orden de nuevo."
    ),
    "answer_too_soon": "esta línea llegó antes de que se pudiera leer la pregunta.",
    "no_token_in_clear": (
        "aquí no se crean tokens. Conéctate por TLS, o desde la máquina del servidor."
    ),
    "token_exists": "ya tienes un token {name}. /token revocar {name}, o elige otro nombre.",
    "no_such_scope": "un token es para leer o para escribir, no para {scope}.",
    "token_reads_only": "tu token es solo para leer. /token nuevo NOMBRE escribir crea otro.",
    "token_reads_only_http": (
        "este token es solo para leer. En el chat, /token nuevo NOMBRE escribir crea otro."
    ),
    "not_with_a_token": "eso no se puede hacer con un token. Inicia sesión con tu contraseña.",
    "not_signed_in": (
        "se ha cerrado tu sesión. /acceder NOMBRE CONTRASEÑA para seguir, o /cerrarsesion"
        " para ser invitado."
    ),
    "not_signed_in_http": "la sesión o el token de esta petición ya no es válido.",
    "not_signed_in_irc": (
        "se ha cerrado tu sesión. /msg NickServ IDENTIFY NOMBRE CONTRASEÑA para seguir, o"
        " LOGOUT para ser invitado."
    ),
    "keep_tokens_or_not": (
        "la respuesta no se entiende, así que no se ha cambiado nada. Pulsa Intro para terminar"
        " tus tokens, o responde conservar."
    ),
    "password_is_a_word": (
        "una contraseña nueva no puede empezar por {word}: /clave conservar-tokens NUEVA"
        " conserva tus tokens."
    ),
    "password_is_a_word_http": "una contraseña nueva no puede empezar por {word}. Elige otra.",
    "too_many_tokens": (
        "tienes {limit} tokens, que es el máximo. Usa antes /token revocar NOMBRE."
    ),
    "no_such_token": "no tienes ningún token {name}. /token lista los muestra.",
    "no_accounts": (
        "aquí no se pueden registrar nombres. Quien administra puede instalar chatd[accounts]."
    ),
    "password_is_the_name": "una contraseña no puede ser el nombre.",
    "password_too_short": "una contraseña debe tener al menos {limit} caracteres.",
    "password_too_long": "una contraseña debe tener como mucho {limit} caracteres.",
    "password_has_controls": (
        "una contraseña no puede llevar caracteres de control, como el tabulador."
    ),
    # Errors
    "too_long": "tiene más de {limit} caracteres. Envíalo en partes.",
    "first_not_utf8": (
        "tu primera línea no es UTF-8, así que puede ser otro protocolo, y la conexión se"
        " cierra. Pon tu terminal en UTF-8, o usa chatd connect."
    ),
    "not_utf8": "no es UTF-8. Pon tu terminal en UTF-8, o usa chatd connect.",
    "too_many_marks": "tiene más de 30 tildes u otras marcas seguidas. Quita algunas.",
    "message_has_lines": (
        "el mensaje tiene {number} líneas, y puede tener {limit}. No se ha dicho nada: envíalo"
        " en partes."
    ),
    "message_has_bytes": (
        "el mensaje tiene {number} bytes, y puede tener {limit}. No se ha dicho nada: envíalo"
        " en partes."
    ),
    "cut_line": (
        "una terminal la ha cortado tras 4095 bytes, así que no se ha dicho. Usa chatd connect, o"
        " chatd say --file."
    ),
    "line_cut": (
        "una terminal ha cortado la línea {number} tras 4095 bytes, así que no se ha dicho nada del"
        " mensaje. Usa chatd connect, o chatd say --file."
    ),
    "line_not_utf8": "la línea {number} no es UTF-8, así que no se ha dicho nada del mensaje.",
    "line_was_dropped": (
        "la línea {number} no terminó a tiempo, así que no se ha dicho nada del mensaje. Envíalo"
        " otra vez."
    ),
    "line_too_long": (
        "la línea {number} tiene más de {limit} caracteres, así que no se ha dicho nada del"
        " mensaje. Divídela."
    ),
    "line_has_marks": (
        "la línea {number} tiene más de 30 tildes u otras marcas seguidas, así que no se ha dicho"
        " nada del mensaje. Quita algunas."
    ),
    "unknown_command": (
        "{command}. /ayuda muestra las órdenes; empieza una línea con // para decir algo que"
        " empieza por una barra."
    ),
    "unknown_command_near": (
        "{command}. ¿Querías decir /{near}? /ayuda muestra las órdenes; empieza una línea con //"
        " para decir algo que empieza por una barra."
    ),
    "no_help": "{command}. /ayuda muestra las órdenes y las secciones.",
    "no_help_near": "{command}. ¿Querías decir /ayuda {near}?",
    "wrong_use": "{command} se usa así: {usage} - {explanation}.",
    "invalid_name": (
        "{name} no es un nombre válido. Usa de 1 a 32 letras, cifras, _, - o ., y empieza por"
        " una letra o una cifra."
    ),
    "invalid_room": (
        "{name} no es un nombre de sala válido. Usa de 1 a 32 letras, cifras, _, - o ., y"
        " empieza por una letra o una cifra."
    ),
    "mixed_scripts": (
        "{name} mezcla alfabetos que no se escriben juntos. Usa letras de un solo alfabeto."
    ),
    "reserved_name": "{name} está reservado para el servidor. Elige otro nombre.",
    "ends_in_dot": "{name} acaba en punto. Escríbelo sin él.",
    "name_is_address": "{name} parece una dirección. Elige otro nombre.",
    "name_in_use": "{name} está en uso. Elige otro nombre.",
    "registered_name": (
        "el nombre {name} está registrado. /acceder {name} CONTRASEÑA si es tuyo, o elige otro"
        " nombre."
    ),
    "registered_name_http": (
        "el nombre {name} está registrado. Inicia sesión si es tuyo (un programa: con un token), o"
        " elige otro nombre."
    ),
    "registered_name_irc": (
        "{name} es un nombre registrado. Si es tuyo, inicia sesión: por SASL, con la contraseña"
        " {name}:CONTRASEÑA o, con otro apodo, /msg NickServ IDENTIFY {name} CONTRASEÑA"
    ),
    "hook_has_name": "{name} es el nombre de un webhook. Elige otro nombre.",
    "hook_is_here": (
        "#{room} ya tiene un webhook llamado {name}. /webhook quitar {name} lo termina; o elige"
        " otro nombre."
    ),
    "hook_name_is_number": "{name} es un número. Elige un nombre con letras, como alertas.",
    "no_web_address": (
        "este servidor no acepta HTTP, así que ninguna herramienta puede publicar aquí. Quien lo"
        " administra puede iniciarlo con --web."
    ),
    "looks_like_name": "{name} se parece a {other}, que está en uso. Elige otro nombre.",
    "looks_like_room": "#{room} se parece a #{other}. /sala {other}, o elige otro nombre.",
    "looks_like_room_http": "#{room} se parece a #{other}. Usa esa sala, o elige otro nombre.",
    "unusable_room": (
        "#{room} no sirve para una sala nueva. Elige otro nombre; o, si sabes de una sala que se"
        " llama así, inicia sesión o pide que te inviten."
    ),
    "no_room_named": "no has nombrado ninguna sala. Di para cuál es.",
    "moved_just_now": (
        "te acaban de sacar de #{room}, y puede que esto fuera para esa sala, así que no se ha"
        " hecho. Mándalo otra vez si es para esta."
    ),
    "in_no_room": (
        "no estás en ninguna sala. /sala SALA para entrar en una, o /volver a la de entrada."
    ),
    "not_said": (
        "no estás en ninguna sala, así que no se ha dicho. /sala SALA para entrar en una, o"
        " /volver a la de entrada."
    ),
    "no_room_for_topic": (
        "{name} no existe; /salas las muestra todas. Para un tema que empieza con #:"
        " /tema #{here} TEXTO."
    ),
    "unknown_room": "#{room} no existe. /salas las muestra todas, /sala crea una.",
    "unknown_room_near": "#{room} no existe. ¿Querías decir #{near}? /salas las muestra todas.",
    "unknown_room_http": (
        "#{room} no existe. GET /api/rooms las muestra todas; la primera línea que se envía a"
        " una sala la crea."
    ),
    "nobody": "{name} no está aquí. /quien muestra quién está.",
    "inbox_full": "{name} no está leyendo, así que no se ha dicho. Inténtalo más tarde.",
    "other_lines_with_key": "con esta clave se envió otra cosa. Usa una nueva cada vez.",
    "not_saved": (
        "tu línea no se ha podido guardar, así que los demás no la han visto. Dila otra vez"
        " más tarde. El registro del servidor dice por qué."
    ),
    "store_full": (
        "el almacén de este chat está lleno, así que los demás no han visto tu línea. Dila otra"
        " vez más tarde, y avisa a quien administra. El registro del servidor dice qué hacer."
    ),
    "line_changed_meanwhile": (
        "acaba de cambiar algo de lo que depende tu línea, así que los demás no la han visto. Dila"
        " otra vez."
    ),
    "cut_off_line": (
        "este servidor no llega al almacén ni a los demás servidores, así que tu línea no se ha"
        " guardado ni mostrado. Dila otra vez dentro de un rato."
    ),
    "cut_off_change": (
        "este servidor no llega al almacén ni a los demás servidores, así que nada ha cambiado."
        " Inténtalo otra vez dentro de un rato."
    ),
    "cut_off": (
        "Este servidor no llega a los demás servidores: lo que se dice allí llega más tarde. Lo que"
        " digas espera, y puede que no se guarde."
    ),
    "cut_off_ended": (
        "Este servidor llega otra vez a los demás servidores. Ahora viene lo que se dijo allí"
        " mientras tanto."
    ),
    "store_away": (
        "Este servidor no llega a su almacén. Tus líneas esperan, y puede que no se guarden."
    ),
    "store_away_ended": "Este servidor llega otra vez a su almacén.",
    "name_was_lost": (
        "Este servidor no llegó a los demás durante mucho rato. Mientras tanto otra persona tomó el"
        " nombre {name} en otro servidor."
    ),
    "not_your_name_now": (
        "ahora otra persona tiene el nombre {name}, así que lo que dijiste con él no se ha guardado"
        " ni mostrado."
    ),
    "room_was_lost": (
        "este servidor no llegó a los demás durante mucho rato, y en otro servidor hay ahora una"
        " sala con el nombre #{room}, o con uno parecido. Entra otra vez."
    ),
    "as_of": "Eso es de hace {time}: este servidor no llega a los demás servidores.",
    "in_doubt": (
        "el almacén no ha respondido, así que puede que tu línea se guardara, o no. Si se guardó,"
        " se muestra dentro de un rato: mira antes de decirla otra vez."
    ),
    "in_doubt_http": (
        "el almacén no ha respondido, así que puede que las líneas se guardaran, o no. Envíalas"
        " otra vez con la misma Idempotency-Key y se dicen una sola vez; sin ella, mira antes."
    ),
    "change_in_doubt": (
        "el almacén no ha respondido, así que puede que este cambio se guardara, o no. Mira antes"
        " de intentarlo otra vez."
    ),
    "changed_meanwhile": (
        "otra persona acaba de cambiar lo mismo, así que nada ha cambiado. Mira, e inténtalo otra"
        " vez."
    ),
    "change_not_saved": (
        "eso no se ha podido guardar, así que nada ha cambiado. Inténtalo más tarde."
        " El registro del servidor dice por qué."
    ),
    "not_readable": "las líneas {first} a {last} no se pueden leer. Inténtalo más tarde.",
    "line_took_too_long": (
        "tardó más de {limit} segundos en terminar, así que no se tomó nada de ella."
        " Envíala otra vez."
    ),
    "used_up": (
        "se ha alcanzado el límite de {what} para {whose}: {limit} al día, como mucho la mitad de"
        " una vez. Inténtalo dentro de {wait}."
    ),
    "used_up_held": "{whose} tiene {limit} {what}, que es el máximo. Quita uno primero.",
    "budgets": (
        "Cuánto se ha usado de cada límite. Se recupera poco a poco a lo largo del día, así que"
        " lo poco pronto se ve como 0."
    ),
    "budget_row": "{what}: {uses}.",
    "budget_use": "{whose} {used} de {most}",
    "budget_use_unlimited": "{whose} {used}",
    "budget_connections": "conexiones",
    "budget_lines": "líneas",
    "budget_bytes": "bytes en el disco",
    "budget_absent": "líneas privadas a personas ausentes",
    "budget_hooks": "webhooks",
    "budget_pushes": "cuentas con avisos",
    "budget_rooms": "salas nuevas",
    "budget_names": "nombres registrados",
    "budget_keys": "claves de idempotencia",
    "budget_bans": "silencios y vetos",
    "budget_tokens": "tokens e inicios de sesión",
    "budget_of_account": "tu cuenta",
    "budget_of_address": "los invitados de tu dirección",
    "budget_of_64": "tu red",
    "budget_of_56": "tu red (un /56)",
    "budget_of_48": "tu red (un /48)",
    "budget_of_all": "este servidor",
    "full": "el servidor está lleno, con {limit} conexiones. Prueba más tarde.",
    "address_full": (
        "hay {limit} conexiones desde tu dirección, que es el máximo. Cierra alguna, o pide a"
        " quien administra que suba --connections-per-address."
    ),
    "network_full": (
        "hay {limit} conexiones desde la red de tu dirección, que es el máximo. Cierra alguna, o"
        " pide a quien administra que suba --budget connections.56 y .48."
    ),
    "no_numbers": (
        "el servidor no puede admitir otra conexión hasta que responda su almacén. Prueba más"
        " tarde."
    ),
    "wrong_protocol": "este puerto es para líneas sin más (nc, telnet).",
    "server_error": "eso no ha funcionado. El registro del servidor dice por qué.",
    # Times, and the log of the operator
    "months": (
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
    ),
    "moment": "{day} de {month} de {year}, {time}",
    "log_listening": "escucha en {address}.",
    "log_metrics": "Las cifras del servidor.",
    "log_bare": "Líneas desnudas.",
    "log_irc": "Clientes de IRC.",
    "log_key": "Su clave es {fingerprint} (el --fingerprint de los clientes de chatd).",
    "log_this_machine": "Solo para esta máquina.",
    "log_lets_in": "Solo para esta máquina; --lan deja entrar a la red local, con TLS.",
    "log_lan": "desde otras máquinas de esta red se llega a esta en {addresses}.",
    "log_lan_nowhere": (
        "esta máquina no tiene ninguna dirección en una red local, así que nadie más puede entrar."
        " --lan-all deja entrar a quien pueda llegar a ella."
    ),
    "log_lan_public": (
        "entra quien pueda llegar a esta máquina, también desde Internet. --lan deja entrar solo"
        " desde la red local."
    ),
    "log_lan_chatd": "con chatd: {command}",
    "log_lan_openssl": "sin chatd: {command}",
    "log_lan_browser": "en un navegador: {url}",
    "log_lan_warning": (
        "el navegador avisa una vez, porque ninguna autoridad responde del certificado. Es el bueno"
        " si su SHA-256 es {digest}"
    ),
    "log_lan_no_picture": "para ver {url} como código QR, instala segno: {command}",
    "log_history": "historial en {path}, {count} líneas.",
    "log_history_one": "historial en {path}, {count} línea.",
    "log_history_shared": "historial en {where}, {count} líneas; este es el nodo {node}.",
    "log_history_shared_one": "historial en {where}, {count} línea; este es el nodo {node}.",
    "log_history_in_memory": (
        "historial en memoria: las últimas {limit} líneas de una sala, hasta que se detenga."
    ),
    "log_kept": "las líneas se guardan {spans}.",
    "log_kept_in": "en #{room} {span}",
    "log_span": "durante {time}",
    "log_no_span": "para siempre",
    "log_stop": "Pulsa Ctrl+C para detenerlo.",
    "log_stopping": "chatd se está deteniendo.",
    "log_stopped": "chatd se ha detenido.",
    # HTTP
    "bad_request": "la petición no se puede leer. /api/openapi.json describe la API.",
    "unknown_path": "no hay nada en esta ruta. /api/openapi.json describe la API.",
    "unknown_path_to_watch": "no hay nada en esta ruta. Aquí están /metrics, /healthz y /readyz.",
    "needs_metrics_token": (
        "las cifras necesitan el token de quien administra, en la cabecera Authorization: Bearer"
        " TOKEN."
    ),
    "no_metrics_library": (
        "las cifras necesitan la biblioteca prometheus-client. Quien administra la instala con el"
        " extra de chatd: chatd[metrics]."
    ),
    "wrong_method": "esta ruta acepta {allowed}.",
    "body_too_large": "un cuerpo puede tener como mucho {limit} bytes. Envía menos cada vez.",
    "headers_too_large": "las cabeceras pueden tener como mucho {limit} bytes.",
    "too_many_headers": "puede haber como mucho {limit} cabeceras.",
    "target_too_long": "una ruta y su consulta pueden tener como mucho {limit} bytes.",
    "body_is_packed": "no se admite Content-Encoding. Envía el cuerpo tal cual.",
    "body_has_parts": (
        "no se acepta un cuerpo en partes, como el de curl -F. Envía el texto mismo:"
        " curl --data-binary TEXTO."
    ),
    "other_json": 'el JSON debe enviarse como application/json: un objeto con un "text".',
    "body_is_a_form": (
        "no se acepta el payload= de un formulario. Envía el texto mismo, o como"
        ' application/json un objeto con un "text".'
    ),
    "request_took_too_long": "tardó más de {limit} segundos en llegar. Envíala otra vez.",
    "unknown_host": (
        "este servidor no se conoce por ese nombre. Usa su dirección, o pide a quien lo"
        " administra que añada el nombre: --web-name NOMBRE."
    ),
    "other_origin": "esto lo envió una página de otro sitio, así que no se hizo.",
    "wrong_token": (
        "este token no es válido, o ya no lo es. En el chat, /token nuevo NOMBRE crea uno."
    ),
    "token_in_clear": (
        "otros pueden leer esta conexión, y ahora tu token. En el chat, /token revocar NOMBRE"
        " lo invalida. Conéctate por TLS, o desde la máquina del servidor."
    ),
    "parameter_twice": "{name} se dio dos veces.",
    "unknown_parameter": "aquí no hay ningún parámetro {name}; los conocidos: {known}.",
    "no_parameters": "esta ruta no tiene parámetros; sobra {name}.",
    "header_twice": "la cabecera {name} se envió más de una vez.",
    "not_a_bookmark": (
        "{name} debe ser el seq de una línea, o un marcador tal como lo recibiste, como"
        " 17-1764100000000."
    ),
    "not_a_number": "{name} debe ser un número entero de {least} a {most}.",
    "one_of_parameters": "da {first} o {second}, no los dos.",
    "not_json": "el cuerpo debe ser un objeto JSON con: {members}, cada uno una sola vez.",
    "text_or_message": (
        'el cuerpo debe tener "text" (cada línea es un mensaje) o "message" (un mensaje de varias'
        " líneas)."
    ),
    "not_a_seq": "{name} tiene que ser el número de una línea, de 1 en adelante.",
    "not_a_text": "{name} debe ser un texto.",
    "name_in_body": "el nombre no va en el cuerpo sino en la ruta: ?name=NOMBRE.",
    "not_a_kind": "kind debe ser message o notice.",
    "not_a_format": "format debe ser json o csv.",
    "kind_twice": "da kind en la ruta o en el cuerpo, no en los dos.",
    "room_in_body": "la sala de la ruta es #{room}; el cuerpo nombra otra.",
    "key_in_body": "una clave no va en el cuerpo sino en la cabecera Idempotency-Key.",
    "not_a_choice": "{name} debe ser true o false.",
    "not_a_key": "{name} debe tener de 16 a 64 letras, cifras, _ o -.",
    "nothing_to_say": "no contiene ninguna línea que se pueda decir.",
    "too_many_lines": "se aceptan como mucho {limit} líneas cada vez.",
    "key_too_long": "un Idempotency-Key debe tener de 1 a {limit} caracteres.",
    "websocket_wanted": "esta ruta es para WebSockets (RFC 6455).",
    "websocket_version": "la versión de un WebSocket debe ser la 13.",
    "websocket_key": "Sec-WebSocket-Key deben ser 16 bytes en base64.",
    "http_only": "este puerto es para navegadores y HTTP. Las líneas de chat van a otro puerto.",
    # Rights, sanctions and webhooks
    "only_administrators": "eso solo lo pueden hacer los administradores de este servidor.",
    "members_write": (
        "aquí solo se pueden escribir líneas privadas con la sesión iniciada. /registrar guarda"
        " un nombre; o /acceder NOMBRE CONTRASEÑA."
    ),
    "takes_no_guests": (
        "{name} no acepta líneas privadas de invitados. /registrar guarda un nombre; o /acceder"
        " NOMBRE CONTRASEÑA."
    ),
    "takes_no_guests_irc": (
        "{name} no acepta líneas privadas de invitados. Registra un nombre o inicia sesión: /msg"
        " NickServ HELP"
    ),
    "close_closes": "/cerrar cierra una sala. Un modo es abierto, privado, moderado o anuncios.",
    "no_mode_near": "no hay un modo {word}. ¿Querías decir {near}?",
    "wrong_senders": (
        "{word} no es un ajuste para las líneas privadas. Usa /modo líneas-privadas miembros, o"
        " todos."
    ),
    "switch_needs_owner_seen": (
        "nadie administra #{room}, así que allí nadie ve quién tiene una línea. /crear SALA crea"
        " una sala que administras tú."
    ),
    "switch_needs_owner_seen_http": (
        "nadie administra #{room}, así que allí nadie ve quién tiene una línea."
    ),
    "seen_switched_off": "los operadores de #{room} han quitado eso allí.",
    "switch_needs_owner_register": "nadie administra #{room}, así que no lleva registro.",
    "wrong_switch": "{word} no es un ajuste. Usa sí o no.",
    "nobody_runs_room": (
        "nadie administra #{room}, así que allí eso solo lo pueden hacer los administradores"
        " del servidor. /crear SALA crea una sala que administras tú."
    ),
    "nobody_runs_guests_room": (
        "nadie administra #{room}, así que allí eso solo lo pueden hacer los administradores"
        " del servidor. Para administrar una sala, inicia sesión (/ayuda cuenta), y después /crear"
        " SALA."
    ),
    "only_operators": "eso solo lo pueden hacer el dueño y los operadores de #{room}.",
    "only_owner": "eso solo lo puede hacer el dueño de #{room}.",
    "only_registered": (
        "una sala solo la administra un nombre registrado. Antes, /registrar CONTRASEÑA; o"
        " /sala {room}, que crea una que no administra nadie."
    ),
    "room_is_private": "#{room} es privada. Un operador te puede invitar: /invitar {name}.",
    "room_is_closed": "#{room} está cerrada. Su dueño puede abrirla: /modo #{room} abierto.",
    "room_is_closed_http": (
        "#{room} está cerrada. En el chat, su dueño puede abrirla: /modo #{room} abierto."
    ),
    "room_is_moderated": (
        "en #{room} solo habla quien tiene voz. Un operador te la puede dar: /voz {name}."
    ),
    "room_is_moderated_http": (
        "en #{room} solo habla quien tiene voz. En el chat, un operador te la puede dar: /voz"
        " {name}."
    ),
    "room_announces": (
        "en #{room} solo hablan los operadores. Pide la palabra a un operador: /mensaje"
        " NOMBRE TEXTO."
    ),
    "room_announces_http": "en #{room} solo hablan los operadores. Usa el token de un operador.",
    "being_put_out": "te están sacando de #{room}, así que no se ha hecho.",
    "name_stays": (
        "no puedes hablar en #{room}, y un nombre nuevo se vería allí. Entra antes en otra sala"
        " con /entrar SALA, o espera."
    ),
    "kicked": "{by} te ha echado. Puedes volver: /sala {room}.",
    "kicked_why": "{by} te ha echado: {reason}",
    "muted": (
        "no puedes hablar en #{room} hasta el {until}, por orden de {by}. Puedes seguir leyendo."
    ),
    "muted_why": "no puedes hablar en #{room} hasta el {until}, por orden de {by}: {reason}",
    "banned": "no puedes entrar en #{room} hasta el {until}, por orden de {by}. /sala va a otra.",
    "banned_http": "no puedes entrar en #{room} hasta el {until}, por orden de {by}.",
    "banned_why": "no puedes entrar en #{room} hasta el {until}, por orden de {by}: {reason}",
    "not_above_operator": (
        "{name} tiene derechos de operador en #{room}, así que solo pueden hacerlo su dueño y los"
        " administradores."
    ),
    "not_above_owner": "#{room} es de {name}, así que solo pueden hacerlo los administradores.",
    "not_above_administrator": "{name} administra este servidor, así que nadie puede hacer eso.",
    "not_registered_op": (
        "{name} no es un nombre registrado, y solo uno registrado puede tener derechos de"
        " operador: /registrar."
    ),
    "lobby_is_for_all": (
        "todo el mundo entra primero en #{room}: no puede ser privada ni estar cerrada."
    ),
    "no_address": "{name} no tiene dirección (un socket UNIX). /vetar {name} veta el nombre.",
    "wrong_length": (
        "{network} es demasiado amplia o demasiado estrecha. Una red tiene una longitud de"
        " /{widest} a /32 en IPv4, o de /{widest_of_ipv6} a /{narrowest_of_ipv6} en IPv6."
    ),
    "not_first_address": (
        "{network} no empieza por la primera dirección de la red. Escribe {right} para toda la red."
    ),
    "wrong_owner_length": (
        "@{name}/{length} no es la red de una persona. Escribe @{name}/64, @{name}/56 o"
        " @{name}/48, que son longitudes de IPv6; o la red misma, como 192.0.2.0/24."
    ),
    "within_network": (
        "{name} no puede entrar en #{room} porque es parte de {other}. /desvetar {other} levanta"
        " ese veto."
    ),
    "too_many_rooms": (
        "eres dueño de {count} salas, que es el máximo. /sala {room} crea una que no"
        " administra nadie."
    ),
    "too_many_rooms_one": (
        "eres dueño de {count} sala, que es el máximo. /sala {room} crea una que no"
        " administra nadie."
    ),
    "too_many_sanctions": (
        "#{room} tiene {count} silencios y vetos, que es el máximo. /desvetar quita alguno."
    ),
    "too_many_sanctions_one": (
        "#{room} tiene {count} silencio o veto, que es el máximo. /desvetar lo quita."
    ),
    "mute_is_not_undone": (
        "/descallar {target} deja hablar otra vez a {target}. Si «{word}» es el motivo, escribe un"
        " tiempo antes: /callar {target} 1h {word}."
    ),
    "ban_is_not_undone": (
        "/desvetar {target} levanta el veto. Si «{word}» es el motivo, escribe un tiempo antes:"
        " /vetar {target} 7d {word}."
    ),
    "wrong_time": "un tiempo debe ser de 1s a 366d, como 10m, 2h o 3d.",
    "not_a_time": (
        "«{word}» no es un tiempo. El tiempo va justo después del nombre: un número y una"
        " unidad, como 90m, 2h o 3d, hasta 366d. Un motivo que parece un tiempo va después de"
        " un tiempo."
    ),
    "second_time": (
        "escribe el tiempo como un número y una unidad, por ejemplo 90m; no 1h 30m. Un motivo"
        " no puede empezar con un tiempo como {word}."
    ),
    "room_comes_first": (
        "la sala va antes del nombre: #{room} NOMBRE. Después del nombre, ninguna palabra"
        " empieza por #."
    ),
    "not_in_room": "{name} no está en #{room}. /quien #{room} muestra quién está.",
    "no_hook_url": (
        "{url} no es aquí una URL válida. Usa http:// o https://, un servidor, y"
        " si acaso una ruta: https://example.com/chat."
    ),
    "hook_url_too_long": "una URL puede tener aquí como mucho {limit} caracteres.",
    "hook_url_has_password": ("una URL no puede llevar nombre ni contraseña delante del servidor."),
    "hook_url_not_ascii": (
        "la ruta de {url} tiene letras que no caben en una URL. Escríbelas como %C3%A9, o copia la"
        " URL de un navegador."
    ),
    "no_hook_over_tls": (
        "https:// necesita chatd[tls] en este servidor. Quien lo administra puede instalarlo."
    ),
    "no_hook_to_there": (
        "{host} es la máquina de este servidor o está en una red privada, y allí no se"
        " puede enviar nada. Quien administra el servidor puede permitirlo con --hooks-to."
    ),
    "no_hook_to_port": (
        "no se puede enviar nada al puerto {port}. Usa el 80, el 443 o uno por encima de 1023."
    ),
    "hook_answers_in_clear": (
        "otros podrían escribir por el camino las respuestas por http://, y en #{room} no puede"
        " hablar todo el mundo. Usa https://."
    ),
    "hook_not_wanted": (
        "{target} no ha demostrado que quiere este webhook. Tiene que responder a un POST de"
        " {challenge} con 200 y solo TEXT. En Python: {line}. Ver Webhooks en docs/wire.md."
    ),
    "too_many_challenges": (
        "espera {count} segundos. Varios destinos seguidos no querían el webhook."
    ),
    "too_many_challenges_one": (
        "espera {count} segundo. Varios destinos seguidos no querían el webhook."
    ),
    "no_secret_in_clear": (
        "un webhook tiene un secreto, que aquí no se muestra. Conéctate por TLS, o desde la"
        " máquina del servidor."
    ),
    "no_push_in_clear": (
        "una URL para avisos es un secreto, que aquí otros podrían leer. Conéctate por TLS, o desde"
        " la máquina del servidor."
    ),
    "push_not_taken": (
        "{target} no ha aceptado el mensaje con el código. Tiene que responder a un POST con un"
        " estado de 200 a 299 en diez segundos. Ver Notifications en docs/wire.md."
    ),
    "too_many_codes": "espera {count} segundos. Ya se han enviado varios códigos.",
    "too_many_codes_one": "espera {count} segundo. Ya se han enviado varios códigos.",
    "no_push_code": (
        "no hay ningún código pendiente. Vale diez minutos, y cinco intentos. /avisos URL envía"
        " uno."
    ),
    "wrong_push_code": "ese no es el código. Te quedan {count} intentos.",
    "wrong_push_code_one": "ese no es el código. Te queda {count} intento.",
    "no_such_hook": "#{room} no tiene webhook {number}. /webhook lista los muestra.",
    "too_many_hooks_here": (
        "#{room} tiene {limit} webhooks, el máximo. Usa /webhook quitar con uno."
    ),
    "room_exists": "#{room} ya existe. /sala {room}, o elige otro nombre.",
    # IRC: the connection
    "irc_is_elsewhere": (
        "este puerto es para líneas sin más. Los clientes de IRC van al puerto {port}."
    ),
    "irc_wrong_protocol": "este puerto es para clientes de IRC.",
    "irc_register_late": "no te has registrado en {limit} segundos.",
    "irc_closing": "la conexión se cierra.",
    "irc_line_too_long": (
        "una línea puede tener como mucho 510 bytes, y sus etiquetas 4096. No se ha leído."
    ),
    "irc_not_utf8": "el texto tiene que ser UTF-8. No se ha dicho nada.",
    "irc_control": "una línea no puede llevar NUL, CR ni LF. No se ha dicho nada.",
    "irc_unknown_command": "no hay tal orden. /quote HELP las enumera.",
    "irc_needs_parameters": "a esta orden le faltan parámetros. /quote HELP la explica.",
    # IRC: registration
    "irc_not_registered": "regístrate primero: NICK y USER.",
    "irc_registered_already": "ya te has registrado.",
    "irc_no_nickname": "indica un apodo.",
    "irc_no_cap_command": "CAP tiene LS, LIST, REQ y END.",
    "irc_sasl_aborted": "el inicio de sesión se ha cancelado.",
    "irc_sasl_failed": "esto no es una respuesta que el servidor pueda comprobar.",
    "irc_sasl_mechanisms": "son los mecanismos",
    "irc_sasl_succeeded": "has demostrado quién eres.",
    "irc_sasl_too_long": "la respuesta es demasiado larga.",
    "irc_logged_in": "Has iniciado sesión como {name}",
    "irc_account_is_nickname": "una cuenta tiene tu apodo: da * como nombre.",
    "irc_registered": "{name} es tuyo desde ahora.",
    "irc_registered_without_email": (
        "{name} es tuyo desde ahora. Aquí no se guarda ninguna dirección de correo."
    ),
    "irc_nothing_to_verify": "aquí no hay que verificar ninguna cuenta.",
    "irc_nickserv_unknown": "no existe esa orden. HELP las enumera.",
    "irc_nickserv_identify": "IDENTIFY [NOMBRE] CONTRASEÑA",
    "irc_nickserv_register": "REGISTER CONTRASEÑA",
    "irc_nickserv_ghost": "GHOST NOMBRE CONTRASEÑA",
    "irc_nickserv_ghost_shares": (
        "Todos tus clientes comparten el nombre {name}: ninguno estorba a otro."
    ),
    "irc_nickserv_set": "SET STAY ON o SET STAY OFF",
    "irc_nickserv_help": (
        "IDENTIFY [NOMBRE] CONTRASEÑA inicia tu sesión y te da el nombre.\n"
        "REGISTER CONTRASEÑA hace de tu apodo una cuenta.\n"
        "LOGOUT cierra tu sesión.\n"
        "GHOST NOMBRE CONTRASEÑA hace lo mismo que IDENTIFY: varios clientes comparten un nombre.\n"
        "SET STAY ON te deja en tus canales sin un cliente.\n"
        "Cada una también como /quote NS IDENTIFY, por ejemplo."
    ),
    "irc_logged_out": "Has cerrado la sesión",
    "irc_supported": "es lo que este servidor conoce",
    "irc_welcome": "Te damos la bienvenida a chatd, {name}",
    "irc_host": "Tu servidor es {server}, con chatd {version}",
    "irc_created": "Una sala es un registro. Un cliente es un cursor en él.",
    # IRC: rooms
    "irc_no_recipient": "indica un canal o un apodo.",
    "irc_no_text": "no hay texto que decir.",
    "irc_too_long_to_relay": "esto es demasiado largo para una línea privada. No se dijo nada.",
    "irc_too_many_targets": (
        "una línea tiene como mucho {limit} destinatarios. Los demás no la recibieron."
    ),
    "irc_no_ctcp": "de CTCP solo se acepta ACTION. No se dijo nada.",
    "irc_perhaps_a_password": "esto parece un comando con una contraseña. No se dijo nada.",
    "irc_marker_invalid": "un marcador es timestamp=AAAA-MM-DDThh:mm:ss.sssZ.",
    "irc_history_wrong": "esta parte del pasado no se puede enviar.",
    "irc_history_not_read": "el pasado no se puede leer ahora.",
    "irc_multiline_invalid": "esto no es un lote válido de un mensaje. No se dijo nada.",
    "irc_multiline_target": "todas las líneas de un mensaje tienen un destino. No se dijo nada.",
    "irc_multiline_bytes": "un mensaje puede tener como máximo 16 KiB. No se dijo nada.",
    "irc_multiline_lines": "un mensaje puede tener como máximo 100 líneas. No se dijo nada.",
    "irc_no_channel": ("un canal empieza por # y se llama como las salas: letras, cifras, _ - ."),
    "irc_unknown_channel": "no hay ningún canal #{room}. /join lo crea, /list enumera otros.",
    "irc_no_topic": "No hay tema",
    "irc_no_keys": "aquí los canales no tienen clave. No se ha mirado la tuya.",
    "irc_nobody_runs": (
        "Nadie dirige #{room}, porque un invitado no puede tener un canal. Para tener uno nuevo,"
        " identifícate antes: /msg NickServ HELP"
    ),
    "irc_is_in_room": "{name} ya está en #{room}.",
    "irc_constant_mode": "aquí todos los canales tienen el modo {letter}.",
    "irc_unknown_mode": "aquí no hay ningún modo {letter}.",
    "irc_mask_of_one": "{mask} no es de una sola persona. Veta un nombre: NOMBRE o NOMBRE!*@*.",
    "irc_modes_of_others": "no puedes ver ni cambiar los modos de otros.",
    "irc_no_user_modes": "aquí las personas no tienen ese modo.",
    # IRC: the server and its people
    "irc_end_of_list": "Fin de la lista",
    "irc_no_motd": "no hay mensaje del día.",
    "irc_motd": "- Mensaje del día de {server} -",
    "irc_end_of_motd": "Fin del mensaje del día",
    "irc_people": "Hay {people} usuarios y 0 invisibles en 1 servidores",
    "irc_unregistered": "clientes que no se han registrado",
    "irc_channels": "canales",
    "irc_people_here": "Tengo {people} clientes y 0 servidores",
    "irc_people_and_most": "{people} usuarios, {most} como mucho",
    "irc_administered": "Administradores de {server}",
    "irc_ask_administrator": "Quien administra tiene una cuenta: & delante de un nombre",
    "irc_no_operators": "quienes administran son cuentas: inicia sesión, y lo eres.",
    "irc_help": "chatd para clientes de IRC",
    "irc_no_help": "sobre eso no hay ayuda. HELP enumera las órdenes.",
    "irc_logged_in_as": "tiene abierta la cuenta",
    "irc_back": "Ya no estás ausente",
    "irc_away": "Estás ausente",
    "irc_invalid_realname": "un nombre real tiene de 1 a {limit} caracteres.",
    # IRC: names that are watched, and names that were here
    "too_many_watched": "vigilas {limit} nombres, el máximo.",
    "irc_wrong_monitor": "escribe MONITOR + NOMBRES, - NOMBRES, C, L o S.",
    "irc_no_such_past": "{name} no ha estado aquí hace poco.",
}
