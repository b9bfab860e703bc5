"""Lo que dice el servidor, en español. Las mismas claves y valores que en los demás idiomas."""

SENTENCES = {
    # Al entrar
    "welcome": (
        "Te damos la bienvenida a chatd. Eres {name} en #{room}. {here}\n"
        "Escribe y pulsa Intro (Enter). Tu línea vuelve con tu nombre cuando está guardada.\n"
        "/nombre NOMBRE para tener nombre, /ayuda para ver las órdenes, /salir para irte."
    ),
    "here": "Aquí: {people}.",
    "nobody_else": "No hay nadie más aquí.",
    "joined_room": "Estás en #{room}. {here}",
    "joined_new_room": "Estás en #{room}, una sala nueva; no hay nadie más aquí.",
    "did_you_mean": "¿Querías decir #{room}?",
    "already_in_room": "Ya estás en #{room}.",
    "topic": "Tema: {topic}",
    "no_topic": "#{room} no tiene tema. /tema TEXTO pone uno.",
    # Quién
    "and": "{first} y {last}",
    "guests": "{count} invitados",
    "guests_one": "{count} invitado",
    "more_people": "{count} más",
    "more_people_one": "{count} más",
    "people_in": "En #{room}: {people}.",
    "nobody_in": "No hay nadie en #{room}.",
    # Lo que pasa
    "joined": "{name} ha entrado.",
    "left": "{name} se ha ido.",
    "message_not_json": "un mensaje es un objeto JSON con un tipo.",
    "unknown_message": "no hay mensajes de tipo {type}.",
    "hello_first": "saluda primero, con un mensaje de tipo hello.",
    "hello_once": "ya has saludado.",
    "wrong_member": "su {member} debe ser {right}.",
    "right_text": "un texto",
    "right_bookmark": "un marcador tal como llegó, como 17-1764100000000, o un seq",
    "right_number": "un número entero, 0 o más",
    "right_id": "un número entero, o un texto de 64 caracteres como mucho",
    "right_key": "de 16 a 64 letras, cifras, _ o -",
    "right_language": "en o es",
    "right_rooms": "un objeto de salas, cada una con el último marcador que tienes de ella, o null",
    "right_search": "palabras, de:NOMBRE o desde:TIEMPO que buscar",
    "not_one_line": "una línea no lleva fin de línea dentro. Envía varios mensajes.",
    "not_text": "tiene caracteres que no lo son (mitades de un par).",
    "not_in_that_room": "no estás en #{room}.",
    "too_many_stays": "estás en {limit} salas, y no puedes estar en más. Deja una primero.",
    "renamed": "{name} ahora es {new_name}.",
    "topic_set": "{name} ha puesto el tema: {topic}",
    "topic_cleared": "{name} ha quitado el tema.",
    # Lo que ha hecho quien lleva una sala
    "did_kick": "{name} ha echado a {target}",
    "did_mute": "{name} ha callado a {target}",
    "did_unmute": "{name} deja hablar de nuevo a {target}",
    "did_ban": "{name} ha vetado a {target}",
    "did_unban": "{name} ha levantado el veto a {target}",
    "did_ban_address": "{name} ha vetado la dirección desde la que vino {target}",
    "did_unban_address": "{name} ha levantado el veto a la dirección desde la que vino {target}",
    "did_mode": "{name} ha puesto la sala en modo {target}",
    "did_invite": "{name} ha invitado a {target}",
    "did_uninvite": "{name} ha retirado la invitación a {target}",
    "did_voice": "{name} ha dado voz a {target}",
    "did_unvoice": "{name} ha quitado la voz a {target}",
    "did_op": "{name} ha hecho operador a {target}",
    "did_unop": "{name} ha quitado los derechos de operador a {target}",
    "did_close": "{name} ha cerrado la sala",
    "did_wall": "{name} a todos",
    "did_create": "{name} ha creado esta sala: {target}",
    "did_disconnect": "{name} ha desconectado a {target}",
    "did_ban_network": "{name} ha vetado una dirección",
    "did_unban_network": "{name} ha levantado el veto a una dirección",
    "did_hook": "{name} hace que lo que se dice aquí se envíe a {target}",
    "did_unhook": "{name} hace que ya no se envíe a {target}",
    "did_endhook": (
        "{name} ha terminado el gancho a {target}, porque quien lo puso ya no tiene derecho"
    ),
    "for_time": "{did} durante {time}",
    "with_reason": "{did}: {reason}",
    "without_reason": "{did}.",
    # Respuestas
    "you_are": "Ahora eres {name}.",
    "you_are_already": "Ya eres {name}.",
    "said_in_room": "Dicho en #{room}.",
    "echo_on": "Tus propias líneas vuelven a ti.",
    "echo_off": "Tus propias líneas no vuelven a ti. Los errores sí.",
    "times_on": "Lo que se dice lleva su hora.",
    "times_off": "Lo que se diga a partir de ahora no lleva hora.",
    "language": "El servidor te habla en español.",
    "text_only": "A partir de aquí cada línea de esta conexión es texto.",
    "not_text_only": "/texto es para puertos de charla. Aquí, // empieza una línea con una barra.",
    "rooms": "{count} salas:",
    "rooms_one": "{count} sala:",
    "room": "#{room}: {people} aquí, {count} líneas.",
    "room_one": "#{room}: {people} aquí, {count} línea.",
    "more_rooms": "y {count} más.",
    "more_rooms_one": "y {count} más.",
    "history": "{shown} de {count} líneas de #{room}:",
    "history_one": "{shown} de {count} línea de #{room}:",
    "no_history": "En #{room} no se ha dicho nada todavía.",
    "since": "{shown} de {count} líneas de #{room}, desde {time}:",
    "since_one": "{shown} de {count} línea de #{room}, desde {time}:",
    "goodbye": "Hasta luego.",
    "stopping": "El servidor se está deteniendo.",
    # Llevar salas
    "mode_free": "libre",
    "mode_open": "abierto",
    "mode_private": "privado",
    "mode_moderated": "moderado",
    "mode_announce": "anuncios",
    "mode_closed": "cerrado",
    "room_is_run": "#{room}, en modo {mode}: {meaning}",
    "room_is_run_by": "#{room}, en modo {mode}: {meaning} Es de {owner}.",
    "means_free": "nadie la lleva, así que cualquiera habla y pone el tema.",
    "means_open": "cualquiera entra y habla; el tema lo ponen los operadores.",
    "means_private": "no sale en la lista, y solo entra quien está invitado.",
    "means_moderated": "cualquiera entra; habla quien tiene voz.",
    "means_announce": "cualquiera entra; hablan los operadores.",
    "means_closed": "solo entra quien es su dueño, que puede volver a abrirla.",
    "you_run_room": "Tú llevas #{room}. /ayuda moderar dice cómo.",
    "in_room": "En #{room}: {did}",
    "put_out": "Estás fuera de #{room}: {why}",
    "in_no_room_now": "Ahora no estás en ninguna sala. /sala SALA, o /volver.",
    "welcome_outside": (
        "Te damos la bienvenida a chatd. Eres {name}, y no estás en ninguna sala.\n"
        "/sala SALA para ir a una en la que puedas estar, /ayuda para ver las órdenes,"
        " /salir para irte."
    ),
    "you_were_invited": "{name} te ha invitado a #{room}. Con /sala {room} vas allí.",
    "may_already": "{name} ya puede hacer eso en #{room}.",
    "not_invited": "{name} no tiene invitación a #{room} que se pueda retirar.",
    "not_voiced": "{name} no ha recibido voz en #{room}.",
    "not_operator": "{name} no es operador de #{room}.",
    "not_muted": "{name} no está callado en #{room}.",
    "not_banned": "{name} no está vetado en #{room}.",
    "ask_again": "La misma orden otra vez antes de un minuto lo hace.",
    "would_shut_out": "Esto dejaría fuera de #{room} a {count} conexiones: {people}.",
    "would_shut_out_one": "Esto dejaría fuera de #{room} a {count} conexión: {people}.",
    "would_shut_out_nobody": "Ahora no hay nadie conectado a quien esto deje fuera de #{room}.",
    "would_close": "Esto cierra #{room}; no se pierde nada de ella. Saldrían {count}.",
    "would_close_one": "Esto cierra #{room}; no se pierde nada de ella. Saldría {count}.",
    "no_sanctions": "En #{room} no hay nadie callado ni vetado.",
    "sanctions": "{count} callados y vetados en #{room}:",
    "sanctions_one": "{count} callado o vetado en #{room}:",
    "mute_listed": "{target} está callado hasta {until} (quedan {left}), por orden de {by}",
    "ban_listed": "{target} está vetado hasta {until} (quedan {left}), por orden de {by}",
    "more_sanctions": "y {count} más.",
    "more_sanctions_one": "y {count} más.",
    "said_to_all": "Dicho en todas las salas en las que hay gente.",
    "disconnected_by": "{name} te ha desconectado.",
    "disconnected": "Desconectado: {count} conexiones de {name}.",
    "disconnected_one": "Desconectado: {count} conexión de {name}.",
    "statistics": (
        "En marcha desde hace {time}. Conexiones: {connections}. Nombres presentes: {names}.\n"
        "Salas: {rooms}. Líneas: {lines}. Registrados: {accounts}.\n"
        "Al arrancar: {store}"
    ),
    # Ganchos
    "hook_added": (
        "Gancho {number} de #{room}: {url}\n"
        "Lo que envía va firmado con este secreto, que solo se muestra ahora: {secret}"
    ),
    "no_hooks": "Nada de lo que se dice en #{room} se envía fuera. /gancho añadir URL lo envía.",
    "hooks": "{count} ganchos de #{room}:",
    "hooks_one": "{count} gancho de #{room}:",
    "hook_is_idle": "{number}. {to}, de {by}, {time}: todo está entregado.",
    "hook_waits": "{number}. {to}, de {by}, {time}: esperan {count} líneas.",
    "hook_waits_one": "{number}. {to}, de {by}, {time}: espera {count} línea.",
    "hook_fails": "{hook} Han fallado {count} intentos; el último: {why}",
    "hook_fails_one": "{hook} Ha fallado {count} intento: {why}",
    "hook_answered": "ha respondido {status}.",
    "hook_timed_out": "no ha respondido a tiempo.",
    "hook_unreachable": "no se ha podido conectar.",
    "hook_no_address": "su nombre no tiene dirección.",
    "hook_not_allowed": "su dirección es de las que aquí no se permiten a los ganchos.",
    "hook_no_tls": "https:// necesita chatd[tls], que aquí ya no está instalado.",
    "hook_tls_failed": "su certificado no es válido, o TLS ha fallado de otro modo.",
    "hook_broke": "la conexión se ha cortado, o no ha respondido en HTTP.",
    "hook_not_readable": "el registro de la sala no se puede leer.",
    # Ayuda
    "help_more": "/ayuda ORDEN dice más. Una línea que empieza por // dice una que empieza por /.",
    "help_other_names": "Otros nombres: {names}.",
    # Lo que te perdiste
    "private_missed": "{count} líneas privadas mientras no estabas:",
    "private_missed_one": "{count} línea privada mientras no estabas:",
    "private_missed_more": "{count} líneas privadas más: /pendiente las muestra.",
    "private_missed_more_one": "{count} línea privada más: /pendiente la muestra.",
    "missed": "{count} líneas en #{room} desde que te fuiste:",
    "missed_one": "{count} línea en #{room} desde que te fuiste:",
    "missed_more": "{count} más en #{room}: /pendiente las muestra, /saltar las da por vistas.",
    "missed_more_one": "{count} más en #{room}: /pendiente la muestra, /saltar la da por vista.",
    "missed_before": (
        "{count} líneas más en #{room} desde que te fuiste: /pendiente las muestra,"
        " /saltar las da por vistas."
    ),
    "missed_before_one": (
        "{count} línea más en #{room} desde que te fuiste: /pendiente la muestra,"
        " /saltar la da por vista."
    ),
    "nothing_missed": "No te has perdido nada.",
    "skipped": "Todas las líneas de tus salas, y tus líneas privadas, se dan por vistas.",
    "nothing_counted": (
        "lo que te has perdido solo se sabe si has accedido a tu cuenta."
        " /historial muestra las últimas líneas."
    ),
    "waits_for": "{name} no está aquí. Queda guardado, y se le mostrará cuando vuelva.",
    "is_away": "{name} no está disponible: {text}",
    "found": "{count} líneas de #{room}, primero las últimas:",
    "found_one": "{count} línea de #{room}:",
    "found_more": "{count} líneas de #{room}, primero las últimas; puede haber más:",
    "found_more_one": "La última línea de #{room}; puede haber más:",
    "search_wrong_from": (
        "{part} no se entiende. de:ana busca lo que ha dicho ana, una vez en cada búsqueda."
        ' "Entre comillas" se busca tal cual.'
    ),
    "search_wrong_since": (
        "{part} no se entiende. desde:2d busca lo dicho en los últimos 2 días (s, m, h, d, w),"
        ' una vez en cada búsqueda. "Entre comillas" se busca tal cual.'
    ),
    "search_too_many_words": "una búsqueda tiene como mucho {limit} palabras.",
    "nothing_found": "No se ha encontrado nada en #{room}.",
    "not_looked_at": (
        "Las líneas 1 a {first} de {all} no se han mirado. Con palabras más largas va más rápido."
    ),
    "mentions": "{count} líneas de #{room} que te nombran, primero las últimas:",
    "mentions_one": "{count} línea de #{room} que te nombra:",
    "no_mentions": "No se ha encontrado ninguna línea que nombre a {name}.",
    "more_mentions": "Puede haber más. /buscar {name} busca más atrás en la sala en que estás.",
    # Lo que uno ajusta para sí
    "away": "he salido",
    "away_on": "A quien te escriba se le dice: {away}. Repite /ausente cuando vuelvas.",
    "away_off": "Ya no estás ausente.",
    "bell_on": "Cada línea de otra persona hace sonar el timbre.",
    "bell_mentions": "Las líneas que te nombran, y las privadas, hacen sonar el timbre.",
    "bell_off": "Nada hace sonar el timbre.",
    "quiet_on": "No se te dice quién entra, se va o cambia de nombre.",
    "quiet_off": "Se te dice quién entra, se va o cambia de nombre.",
    "ignored": "Lo que dice {name} no se te muestra. /atender {name} lo muestra otra vez.",
    "unignored": "Lo que dice {name} se te muestra.",
    "not_ignored": "No ignoras a {name}.",
    "ignores": "Ignoras a {names}.",
    "ignores_nobody": "No ignoras a nadie.",
    "too_many_ignored": "ya ignoras a {limit} personas, que son el máximo. Usa antes /atender.",
    # Cuentas
    "password_prompt": (
        "Tu próxima línea es la contraseña; no se le muestra a nadie. Una línea vacía la cancela."
    ),
    "present_password_prompt": (
        "Primero, tu contraseña actual: tu próxima línea, que no se le muestra a nadie."
        " Una línea vacía la cancela."
    ),
    "new_password_prompt": (
        "Tu próxima línea es la contraseña nueva; no se le muestra a nadie."
        " Una línea vacía la cancela."
    ),
    "keep_tokens_prompt": (
        "Tienes {count} fichas, que terminan con la contraseña anterior. Pulsa Intro si está bien,"
        " o responde conservar si nadie más puede tenerlas."
    ),
    "keep_tokens_prompt_one": (
        "Tienes {count} ficha, que termina con la contraseña anterior. Pulsa Intro si está bien,"
        " o responde conservar si nadie más puede tenerla."
    ),
    "password_not_needed": (
        "Escribiste tu contraseña hace poco, así que no se pidió ahora. No se ha dicho."
    ),
    "password_cancelled": "Cancelado: no se ha tomado ninguna contraseña.",
    "registered": "{name} ya es tuyo. Cuando vuelvas: /acceder {name}",
    "password_changed": (
        "Tu contraseña ha cambiado. Tus demás conexiones y navegadores se han cerrado."
    ),
    "tokens_kept": "Se han conservado {count} fichas: /ficha lista.",
    "tokens_kept_one": "Se ha conservado {count} ficha: /ficha lista.",
    "password_changed_elsewhere": (
        "La contraseña se ha cambiado en otra parte, así que aquí se ha cerrado tu sesión."
        " /acceder NOMBRE CONTRASEÑA para seguir, o /terminar para ser invitado."
    ),
    "others_closed": "Se han cerrado {count} conexiones tuyas.",
    "others_closed_one": "Se ha cerrado {count} conexión tuya.",
    "no_others": "No tienes ninguna otra conexión.",
    "browsers_signed_out": "En {count} navegadores hay que acceder otra vez.",
    "browsers_signed_out_one": "En {count} navegador hay que acceder otra vez.",
    "signed_out": (
        "Se ha cerrado tu sesión: ha cambiado la contraseña, o se ha terminado en otra parte."
    ),
    "token_made_write": (
        "{token} es una ficha para leer y escribir. Solo se muestra esta vez; quien la tenga lee y"
        " habla como {name} hasta que digas /ficha revocar {token}, o cambies de contraseña:"
    ),
    "token_made_read": (
        "{token} es una ficha para leer. Solo se muestra esta vez; quien la tenga lee lo que puede"
        " leer {name} hasta que digas /ficha revocar {token}, o cambies de contraseña:"
    ),
    "tokens": "{count} fichas:",
    "tokens_one": "{count} ficha:",
    "token_listed": "{token}, {scope}, creada el {time}",
    "scope_read": "para leer",
    "scope_write": "para leer y escribir",
    "no_tokens": "No tienes ninguna ficha. /ficha nueva NOMBRE crea una.",
    "token_revoked": "{token} está revocada: ya no deja entrar a nadie.",
    "closed_by_owner": "{name} ha cerrado esta conexión desde otra.",
    "unregistered": "{name} ya no está registrado.",
    "registered_elsewhere": "{name} es ahora el nombre de otra persona.",
    "whois_registered": "{name} está registrado.",
    "whois_not_registered": "{name} no está registrado.",
    "whois_here": "{name} está aquí en {rooms}, con {count} conexiones.",
    "whois_here_one": "{name} está aquí en {rooms}, con {count} conexión.",
    "whois_in_no_room": "{name} está aquí, con {count} conexiones.",
    "whois_in_no_room_one": "{name} está aquí, con {count} conexión.",
    "whois_not_here": "{name} no está aquí.",
    "name_first": "elige antes un nombre: /nombre NOMBRE, y después /registrar.",
    "yours_already": "{name} ya es tuyo. /clave cambia su contraseña.",
    "not_registered": (
        "{name} todavía no es de nadie. /nombre {name} lo toma, /registrar lo conserva."
    ),
    "not_logged_in": "no has accedido. /acceder NOMBRE CONTRASEÑA, o /registrar un nombre.",
    "logout_first": "{name} es el nombre con el que has accedido. Antes, /terminar.",
    "wrong_password": "esa no es la contraseña de {name}.",
    "too_many_tries": "espera {count} segundos. Esta contraseña no se ha mirado.",
    "too_many_tries_one": "espera {count} segundo. Esta contraseña no se ha mirado.",
    "too_many_wait": (
        "se están comprobando muchas contraseñas. Inténtalo otra vez dentro de unos segundos."
    ),
    "password_in_clear": (
        "aquí no se aceptan contraseñas. Lo que has enviado puede haberse leído;"
        " no lo uses nunca más."
    ),
    "no_password_in_clear": "aquí no se aceptan contraseñas. Ven por TLS, o desde esta máquina.",
    "nearly_a_password": (
        "esto parece una contraseña. Una orden empieza por / sin nada delante, y tras su palabra"
        " va un espacio; con // se dice de todos modos."
    ),
    "answer_to_nothing": (
        "esto ha venido justo detrás de una pregunta que no se ha hecho, así que puede ser una"
        " contraseña. Dilo otra vez si no lo es."
    ),
    "no_token_in_clear": "aquí no se crean fichas. Ven por TLS, o desde esta máquina.",
    "token_exists": "ya tienes una ficha {name}. /ficha revocar {name}, o elige otro nombre.",
    "no_such_scope": "una ficha es para leer, o para escribir; no para {scope}.",
    "token_reads_only": (
        "has entrado con una ficha para leer. /ficha nueva NOMBRE escribir crea otra."
    ),
    "not_with_a_token": "eso no se puede hacer con una ficha. Accede con tu contraseña.",
    "not_signed_in": (
        "se ha cerrado tu sesión. /acceder NOMBRE CONTRASEÑA para seguir, o /terminar para ser"
        " invitado."
    ),
    "keep_tokens_or_not": (
        "eso no es una respuesta, así que no se ha cambiado nada. Pulsa Intro para terminar tus"
        " fichas, o responde conservar."
    ),
    "password_is_a_word": (
        "una contraseña nueva no empieza por {word}: /clave conservar-fichas NUEVA conserva tus"
        " fichas."
    ),
    "too_many_tokens": "tienes {limit} fichas, que son el máximo. Usa antes /ficha revocar NOMBRE.",
    "no_such_token": "no tienes ninguna ficha {name}. /ficha lista las muestra.",
    "no_accounts": (
        "aquí no se pueden registrar nombres. Quien administra puede instalar chatd[accounts]."
    ),
    "password_too_short": "una contraseña tiene al menos {limit} caracteres.",
    "password_too_long": "una contraseña tiene como mucho {limit} caracteres.",
    "password_has_controls": "una contraseña no lleva caracteres de control, como el tabulador.",
    # Errores
    "too_long": "tiene más de {limit} caracteres. Envíalo en partes.",
    "first_not_utf8": "tu primera línea no es UTF-8, como puede pasar con otro protocolo, así"
    " que la conexión se cierra. Pon tu terminal en UTF-8, o usa chatd connect.",
    "not_utf8": "no es UTF-8. Pon tu terminal en UTF-8, o usa chatd connect.",
    "too_many_marks": "tiene más de 30 tildes u otras marcas seguidas. Quita algunas.",
    "unknown_command": (
        "{command}. /ayuda las muestra todas;"
        " empieza una línea con // para decir algo que empieza por una barra."
    ),
    "no_help": "{command}. /ayuda muestra las órdenes y las secciones.",
    "wrong_use": "{command} se usa así: {usage} - {explanation}.",
    "invalid_name": (
        "{name} no puede ser un nombre. Usa de 1 a 32 letras, cifras, _, - o .,"
        " y primero una letra o una cifra."
    ),
    "invalid_room": (
        "{name} no puede ser el nombre de una sala. Usa de 1 a 32 letras, cifras, _, - o .,"
        " y primero una letra o una cifra."
    ),
    "mixed_scripts": (
        "{name} mezcla alfabetos que no se escriben juntos. Usa letras de un solo alfabeto."
    ),
    "reserved_name": "{name} está reservado para el servidor. Elige otro nombre.",
    "ends_in_dot": "{name} acaba en punto. Escríbelo sin él.",
    "name_is_address": "{name} parece una dirección. Elige otro nombre.",
    "name_in_use": "{name} es otra persona. Elige otro nombre.",
    "registered_name": (
        "{name} está registrado. /acceder {name} CONTRASEÑA si es tuyo, o elige otro nombre."
    ),
    "looks_like_name": "{name} se parece a {other}, que es otra persona. Elige otro nombre.",
    "looks_like_room": "#{room} se parece a #{other}. /sala {other}, o elige otro nombre.",
    "unusable_room": (
        "#{room} no sirve para una sala nueva. Elige otro nombre; o, si sabes de una sala que se"
        " llama así, usa /acceder o pide que te inviten."
    ),
    "no_room_named": "no has nombrado ninguna sala. Di para cuál de las tuyas es.",
    "moved_just_now": (
        "te acaban de sacar de #{room}, y puede que esto fuera para esa sala, así que no se ha"
        " hecho. Mándalo otra vez si es para esta."
    ),
    "in_no_room": "no estás en ninguna. /sala SALA, o /volver.",
    "not_said": "no estás en ninguna, así que no se ha dicho. /sala SALA, o /volver.",
    "no_room_for_topic": (
        "{name} no es ninguna sala; /salas las muestra todas. Para un tema que empieza con #:"
        " /tema #{here} TEXTO."
    ),
    "unknown_room": "#{room} no existe. /salas las muestra todas, /sala crea una.",
    "nobody": "{name} no está aquí. /quien muestra quién está.",
    "inbox_full": "{name} no está leyendo, así que no se ha dicho. Inténtalo más tarde.",
    "other_lines_with_key": "con esta clave se dijeron otras líneas. Usa una nueva para otras.",
    "not_saved": (
        "tu línea no se ha podido guardar, así que nadie la ha visto. Dila otra vez más tarde."
        " El registro del servidor dice por qué."
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
    "full": "hay {limit} conexiones, que son todas las que puede haber. Prueba más tarde.",
    "address_full": (
        "hay {limit} conexiones desde tu dirección, que son todas las que puede haber. Cierra"
        " alguna, o pide a quien administra que suba --connections-per-address."
    ),
    "wrong_protocol": "este puerto acepta líneas sin más (nc, telnet).",
    "server_error": "eso no ha funcionado. El registro del servidor dice por qué.",
    # Por HTTP
    "bad_request": "esto no es una petición legible. /api/openapi.json dice qué hay.",
    "unknown_path": "no hay nada en esta ruta. /api/openapi.json dice qué hay.",
    "wrong_method": "esta ruta acepta {allowed}.",
    "body_too_large": "un cuerpo puede tener {limit} bytes. Envía menos cada vez.",
    "headers_too_large": "las cabeceras pueden tener {limit} bytes.",
    "too_many_headers": "puede haber {limit} cabeceras.",
    "target_too_long": "una ruta y su consulta pueden tener {limit} bytes.",
    "body_is_packed": "un cuerpo se toma tal cual: quita Content-Encoding.",
    "body_has_parts": (
        "no se acepta un cuerpo en partes, como el de curl -F. Envía el texto mismo:"
        " curl --data-binary TEXTO."
    ),
    "other_json": 'el JSON se acepta como application/json, un objeto con un "text".',
    "body_is_a_form": (
        "el payload= de un formulario no se lee. Envía el texto mismo, o como application/json"
        ' un objeto con un "text".'
    ),
    "request_took_too_long": "tardó más de {limit} segundos en llegar entera. Envíala otra vez.",
    "unknown_host": (
        "este servidor no se conoce por el nombre pedido. Pide por su dirección, o que quien lo"
        " lleva le dé el nombre: --web-name NOMBRE."
    ),
    "other_origin": "esto lo envió una página de otro sitio, así que no se hizo.",
    "wrong_token": "esta ficha no vale, o ya no. /ficha nueva crea una.",
    "token_in_clear": (
        "otros pueden leer esta conexión, y ahora tu token: /token revoke lo retira. Entra por TLS,"
        " o desde la propia máquina del servidor."
    ),
    "parameter_twice": "{name} se dio dos veces.",
    "unknown_parameter": "aquí no hay ningún parámetro {name}; los que hay: {known}.",
    "no_parameters": "esta ruta no acepta parámetros; tampoco {name}.",
    "header_twice": "la cabecera {name} se envió más de una vez.",
    "not_a_bookmark": (
        "{name} acepta el seq de una línea, o un marcador tal como llegó, como 17-1764100000000."
    ),
    "not_a_number": "{name} acepta un número entero de {least} a {most}.",
    "one_of_parameters": "da {first} o {second}, no los dos.",
    "not_json": "el cuerpo debe ser un objeto JSON con: {members}, cada uno una sola vez.",
    "not_a_text": "{name} debe ser un texto.",
    "name_in_body": "el nombre no va en el cuerpo sino en la ruta: ?name=NOMBRE.",
    "room_in_body": "la sala de la ruta es #{room}; el cuerpo nombra otra.",
    "key_in_body": "una clave no va en el cuerpo sino en la cabecera Idempotency-Key.",
    "not_a_choice": "{name} debe ser true o false.",
    "not_a_key": "{name} debe tener de 16 a 64 letras, cifras, _ o -.",
    "nothing_to_say": "no hay en ello ninguna línea que se pueda decir.",
    "too_many_lines": "se aceptan como mucho {limit} líneas cada vez.",
    "key_too_long": "un Idempotency-Key tiene de 1 a {limit} caracteres.",
    "websocket_wanted": "esta ruta es para WebSockets (RFC 6455).",
    "websocket_version": "se aceptan WebSockets de la versión 13.",
    "websocket_key": "Sec-WebSocket-Key deben ser 16 bytes en base64.",
    "http_only": "este puerto es para navegadores y HTTP. Las líneas de chat van a otro.",
    # Lo que no puede hacer cualquiera
    "only_administrators": "eso solo lo pueden hacer los administradores de este servidor.",
    "nobody_runs_room": (
        "nadie lleva #{room}, así que allí eso solo lo pueden hacer los administradores."
        " /crear SALA crea una sala que llevas tú."
    ),
    "only_operators": "eso solo lo puede hacer quien lleva #{room}: su dueño y los operadores.",
    "only_owner": "eso solo lo puede hacer quien es dueño de #{room}.",
    "only_registered": (
        "una sala la lleva alguien registrado. Antes, /registrar CONTRASEÑA;"
        " o /sala {room}, que crea una que no lleva nadie."
    ),
    "room_is_private": "#{room} es privada. Un operador te deja entrar: /invitar {name}.",
    "room_is_closed": "#{room} está cerrada. Su dueño puede abrirla: /modo #{room} abierto.",
    "room_is_moderated": "en #{room} habla quien tiene voz. La da un operador: /voz {name}.",
    "room_announces": "en #{room} hablan los operadores. A uno de ellos: /mensaje NOMBRE TEXTO.",
    "being_put_out": "te están sacando de #{room}, así que no se ha hecho.",
    "name_stays": (
        "no puedes hablar en #{room}, y un nombre nuevo se vería allí. Entra antes en otra sala"
        " con /entrar SALA, o espera."
    ),
    "kicked": "{name} te ha echado. Puedes volver: /sala {room}.",
    "kicked_why": "{name} te ha echado: {reason}",
    "muted": "no puedes hablar en #{room} hasta {until}, por orden de {by}. Leer, sí.",
    "muted_why": "no puedes hablar en #{room} hasta {until}, por orden de {by}: {reason}",
    "banned": "no puedes entrar en #{room} hasta {until}, por orden de {by}. /sala va a otra.",
    "banned_why": "no puedes entrar en #{room} hasta {until}, por orden de {by}: {reason}",
    "not_above_operator": (
        "{name} es operador de #{room}, así que solo pueden su dueño y los administradores."
    ),
    "not_above_owner": "{name} es el dueño de #{room}, así que solo pueden los administradores.",
    "not_above_administrator": "{name} administra este servidor, así que eso no lo puede nadie.",
    "not_registered_op": "{name} es un invitado. Para eso hay que registrarse: /registrar.",
    "lobby_is_for_all": "#{room} es por donde entra todo el mundo: ni privada ni cerrada.",
    "no_address": "{name} no tiene dirección (un socket UNIX). /vetar {name} veta el nombre.",
    "too_many_rooms": (
        "eres dueño de {count} salas, que son todas las que puede haber. /sala {room} crea una"
        " que no lleva nadie."
    ),
    "too_many_rooms_one": (
        "eres dueño de {count} sala, que son todas las que puede haber. /sala {room} crea una"
        " que no lleva nadie."
    ),
    "too_many_sanctions": (
        "en #{room} hay {count} callados y vetados, que es lo más que puede haber."
        " /desvetar quita alguno."
    ),
    "too_many_sanctions_one": (
        "en #{room} hay {count} callado o vetado, que es lo más que puede haber."
        " /desvetar lo quita."
    ),
    "wrong_time": "un tiempo va de 1s a 366d, como 10m, 2h o 3d.",
    "not_a_time": (
        "{word} no es un tiempo. El tiempo va justo después del nombre: un número y una unidad,"
        " como 90m, 2h o 3d, hasta 366d. Un motivo que parece un tiempo va después de uno."
    ),
    "second_time": (
        "escribe el tiempo como un número y una unidad, por ejemplo 90m; no 1h 30m."
        " Un motivo no empieza con un tiempo como {word}."
    ),
    "room_comes_first": (
        "la sala va antes del nombre: #{room} NOMBRE. Después del nombre nada empieza con #."
    ),
    "not_in_room": "{name} no está en #{room}. /quien #{room} muestra quién está.",
    "no_hook_url": (
        "{url} no es una URL para un gancho. Usa http:// o https://, un servidor, y si acaso una"
        " ruta: https://example.com/chat."
    ),
    "hook_url_too_long": "la URL de un gancho tiene como mucho {limit} caracteres.",
    "hook_url_has_password": (
        "la URL de un gancho no lleva nombre ni contraseña delante del servidor."
    ),
    "hook_url_not_ascii": (
        "la ruta de {url} tiene letras que no caben en una URL. Escríbelas como %C3%A9, o copia la"
        " URL de un navegador."
    ),
    "no_hook_over_tls": (
        "https:// necesita chatd[tls] en este servidor. Quien lo administra puede instalarlo."
    ),
    "no_hook_to_there": (
        "{host} es la máquina de este servidor o está en una red privada, y allí no pueden llevar"
        " los ganchos. Quien administra el servidor puede permitirlo con --hooks-to."
    ),
    "no_secret_in_clear": (
        "un gancho tiene un secreto, que aquí no se muestra. Ven por TLS, o desde esta máquina."
    ),
    "no_such_hook": "#{room} no tiene gancho {number}. /gancho lista los muestra.",
    "too_many_hooks_here": "#{room} tiene {limit} ganchos, el máximo. Usa /gancho quitar con uno.",
    "too_many_hooks": "hay {limit} ganchos en este servidor, el máximo.",
    "room_exists": "#{room} ya existe. /sala {room}, o elige otro nombre.",
}
