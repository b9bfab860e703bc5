"""The Spanish of texts that the code has in English only: options, and kinds of errors.

The references show them in both languages. Each is found by its English text, so that a change of
the English asks for the Spanish, too. This module must not know where a text is shown.
"""

HEADERS = {
    "command | what it does | other names": "orden | qué hace | otros nombres",
    "option | meaning | default": "opción | qué es | si no se da",
    "argument | meaning": "argumento | qué es",
    "section | setting | takes | option | a reload changes it": (
        "sección | ajuste | qué admite | opción | una recarga lo cambia"
    ),
    "in [[listen]] | meaning | a reload changes it": (
        "en [[listen]] | qué es | una recarga lo cambia"
    ),
    "figure | labels | meaning": "cifra | etiquetas | qué es",
    "kind | when | what to do": "tipo | cuándo | qué hacer",
    "limit | value | meaning | attacks": "límite | valor | qué es | ataques",
    "budget | counts | account | address | 64 | 56 | 48 | all | the attack": (
        "presupuesto | cuenta | account | address | 64 | 56 | 48 | all | el ataque"
    ),
}
"""The cells of the headers of tables."""

OPTIONS = {
    "none": "ninguno",
    "off": "no",
    "An address for those who watch the daemon: its figures at /metrics, /healthz and /readyz (may"
    " be repeated)": (
        "Una dirección para quienes vigilan el servidor: sus cifras en /metrics, /healthz y /readyz"
        " (puede repetirse)"
    ),
    "A file with the token that a request for /metrics needs, as Authorization: Bearer TOKEN": (
        "Un fichero con el token que necesita una petición de /metrics, como Authorization: Bearer"
        " TOKEN"
    ),
    "for ever": "para siempre",
    "A file in TOML that may have all other options: chatd init writes one. Options of the command"
    " line go before it": (
        "Un fichero en TOML que puede tener todas las demás opciones: chatd init escribe uno. Las"
        " opciones de la línea de órdenes tienen preferencia"
    ),
    "An address for chat lines, a Twisted endpoint (may be repeated)": (
        "Una dirección para líneas de chat, en la forma de Twisted (puede repetirse)"
    ),
    "An address for bare lines, a Twisted endpoint (may be repeated)": (
        "Una dirección para líneas sin formato, en la forma de Twisted (puede repetirse)"
    ),
    "An address for IRC clients, a Twisted endpoint (may be repeated)": (
        "Una dirección para clientes de IRC, en la forma de Twisted (puede repetirse)"
    ),
    "The name of the server for IRC clients, with a dot; by default the full name of this"
    " machine": (
        "El nombre del servidor para los clientes de IRC, con un punto; si no se indica, el nombre"
        " completo de esta máquina"
    ),
    "An address for browsers and HTTP, a Twisted endpoint (may be repeated)": (
        "Una dirección para navegadores y HTTP, en la forma de Twisted (puede repetirse)"
    ),
    "Let the local network in, over TLS: chat lines at port 60062, browsers at 60443": (
        "Deja entrar a la red local, con TLS: líneas de chat en el puerto 60062, navegadores en el"
        " 60443"
    ),
    "The same for everyone who can reach this machine, also from the Internet": (
        "Lo mismo para quien pueda llegar a esta máquina, también desde Internet"
    ),
    "A name by which browsers may reach this machine, besides its addresses and its hostname "
    "(may be repeated)": (
        "Un nombre por el que los navegadores pueden llegar a esta máquina, además de sus "
        "direcciones y de su propio nombre (puede repetirse)"
    ),
    "The time that lines are stored: 90d for all rooms, ROOM=30d for one (may be repeated)": (
        "El tiempo que se guardan las líneas: 90d en todas las salas, SALA=30d en una (puede "
        "repetirse)"
    ),
    "A network that webhooks may lead to, besides public addresses: 10.0.0.0/8, an address, or any "
    "(may be repeated)": (
        "Una red a la que pueden llevar los webhooks, además de las direcciones públicas: "
        "10.0.0.0/8, una dirección o any (puede repetirse)"
    ),
    "The name of this daemon among those that share its store": (
        "El nombre de este servidor entre los que comparten su almacén"
    ),
    "Where the database has what it acknowledged: replicated to a second server, which is"
    " checked, managed by a service in its own way, or on one-disk": (
        "Dónde tiene la base de datos lo que ha confirmado: replicated, en un segundo servidor, lo"
        " que se comprueba; managed, en un servicio que lo guarda a su manera; u one-disk, en un"
        " solo disco"
    ),
    "Seconds without the database until an author is told that a line may be saved or not": (
        "Segundos sin la base de datos hasta que el autor de una línea sabe que puede estar"
        " guardada o no"
    ),
    "Listen to what other daemons tell through the database; off where a pool is in between, or"
    " others may connect to it": (
        "Escuchar lo que otros servidores dicen por la base de datos; off si hay un pool en medio,"
        " o si otros pueden conectarse a ella"
    ),
    "the name of the machine": "el nombre del equipo",
    "a name: 1 to 32 letters from a to z, digits, _, - or .": (
        "un nombre: de 1 a 32 letras de la a a la z, cifras, _, - o ."
    ),
    "replicated, managed or one-disk": "replicated, managed u one-disk",
    "on or off": "on u off",
    "a whole number, 1 to 600": "un número entero, de 1 a 600",
    "The store of the history: sqlite:PATH, postgresql://HOST/DATABASE, or memory:": (
        "El almacén del historial: sqlite:RUTA, postgresql://EQUIPO/BASE, o memory:"
    ),
    "The largest size of the store on disk, such as 20G. Near it, lines are refused": (
        "El mayor tamaño del almacén en el disco, como 20G. Cerca de él no se aceptan líneas"
    ),
    "Most characters in one chat line": "Máximo de caracteres de una línea de chat",
    "Past lines that are shown on entering a room": (
        "Líneas anteriores que se muestran al entrar en una sala"
    ),
    "The lobby: the room that everyone enters first; by default lobby, or entrada where a store was"
    " begun with --language es": (
        "La sala de entrada: aquella en la que todo el mundo entra primero; si no se da, entrada, o"
        " lobby si el almacén no se empezó con --language es"
    ),
    "The server's language: en or es, also for the first lines of the log. /language changes it for"
    " one person": (
        "El idioma del servidor: en o es, también en las primeras líneas del registro. /idioma lo"
        " cambia para una persona"
    ),
    "The format of the log: text, or json for an object on each line": (
        "El formato del registro: text, o json para un objeto en cada línea"
    ),
    "The least level of what is logged: debug, info, warn or error": (
        "El menor nivel de lo que se registra: debug, info, warn o error"
    ),
    "A file for an audit: who signed in, moderated or administered, and from where": (
        "Un fichero para una auditoría: quién entró en su cuenta, moderó o administró, y desde"
        " dónde"
    ),
    "A file with a UTF-8 text that is shown after the welcome": (
        "Un fichero con un texto en UTF-8 que se muestra tras la bienvenida"
    ),
    "Let tools post by webhooks over connections that others may read also into rooms where"
    " guests may not speak": (
        "Dejar que las herramientas publiquen con webhooks, por conexiones que otros pueden leer,"
        " también en salas donde los invitados no pueden hablar"
    ),
    "Accept passwords also over connections that others may read": (
        "Aceptar contraseñas también por conexiones que otros pueden leer"
    ),
    "Users of this machine have their login names at the UNIX sockets of --listen (Linux)": (
        "En los sockets UNIX de --listen, cada usuario de esta máquina tiene su nombre de usuario"
        " (Linux)"
    ),
    "The UNIX socket at which a helper of the operator's checks the passwords of an organisation": (
        "El socket UNIX en que un ayudante de quien administra comprueba las contraseñas de una"
        " organización"
    ),
    "Seconds that the helper has to answer": "Segundos que tiene el ayudante para responder",
    "Most questions that the helper is asked at a time": (
        "Cuántas preguntas se hacen al ayudante a la vez, como mucho"
    ),
    "Make the accounts of people who the organisation knows when they come first": (
        "Crear las cuentas de las personas de la organización cuando llegan por primera vez"
    ),
    "An account that administers also when a proxy with trusted_header names it (may be"
    " repeated)": (
        "Una cuenta que administra también cuando la nombra un proxy con trusted_header (se puede"
        " repetir)"
    ),
    "The header in which a proxy at this UNIX socket for browsers names the person": (
        "La cabecera en que un proxy, en este socket UNIX para navegadores, nombra a la persona"
    ),
    "The user as whom that proxy runs": "El usuario con que funciona ese proxy",
    "A network of the proxies at this haproxy: address. They alone may connect, and may say that a "
    "client came over TLS (may be repeated)": (
        "Una red de los proxies de esta dirección haproxy:. Solo ellos pueden conectarse, y pueden "
        "decir que un cliente llegó por TLS (se puede repetir)"
    ),
    "An account whose password is checked here, not by the helper (may be repeated)": (
        "Una cuenta cuya contraseña se comprueba aquí, y no en el ayudante (se puede repetir)"
    ),
    "Lines a second that are read from a connection": (
        "Líneas por segundo que se leen de una conexión"
    ),
    "Bytes a second that are read from a connection": (
        "Bytes por segundo que se leen de una conexión"
    ),
    "Seconds from the first byte of a line to its end": (
        "Segundos desde el primer byte de una línea hasta su final"
    ),
    "Most connections": "Máximo de conexiones",
    "Most connections from an IPv4 address or IPv6 /64": (
        "Máximo de conexiones desde una dirección IPv4, o desde un /64 de IPv6"
    ),
    "A limit for each owner, KIND.LEVEL=VALUE like bytes.account=1G or hooks.all=500 (may be "
    "repeated)": (
        "Un límite para cada dueño, TIPO.NIVEL=VALOR como bytes.account=1G o hooks.all=500 (puede "
        "repetirse)"
    ),
    "Seconds until a client that is gone is disconnected": (
        "Segundos hasta que se desconecta a un cliente que ya no existe"
    ),
    "Bytes of the kernel's send buffer of a TCP client": (
        "Bytes del búfer de envío del núcleo para un cliente TCP"
    ),
    "Bytes of the kernel's receive buffer of a TCP client": (
        "Bytes del búfer de recepción del núcleo para un cliente TCP"
    ),
}
"""The options of the daemon."""

SETTINGS = {
    "at once": "enseguida",
    "for new connections": "para conexiones nuevas",
    "no, a restart does": "no, un reinicio",
    "true or false": "true o false",
    "en or es": "en o es",
    "text or json": "text o json",
    "debug, info, warn or error": "debug, info, warn o error",
    "the path of a file": "la ruta de un fichero",
    "sqlite:PATH, postgresql://HOST/DATABASE or memory:": (
        "sqlite:RUTA, postgresql://EQUIPO/BASE o memory:"
    ),
    "a size like 20G, 64M at least (0: no limit)": (
        "un tamaño como 20G, al menos 64M (0: sin límite)"
    ),
    "a room's name: 1 to 32 letters of one alphabet, digits, _, - or .": (
        "el nombre de una sala: de 1 a 32 letras de un solo alfabeto, cifras, _, - o ."
    ),
    "a whole number, 1 to 60": "un número entero, de 1 a 60",
    "a whole number, 0 to 31536000": "un número entero, de 0 a 31536000",
    "Have IRC clients come by TLS alone, to the first --irc with TLS, and remember it for so many"
    " seconds (STS); 0 has them forget it": (
        "Que los clientes de IRC entren solo por TLS, por el primer --irc con TLS, y lo recuerden"
        " tantos segundos (STS); con 0 lo olvidan"
    ),
    "a whole number, 1 to 64": "un número entero, de 1 a 64",
    "the name of an account": "el nombre de una cuenta",
    "the path of a UNIX socket from / on, 107 bytes at most": (
        "la ruta de un socket UNIX desde /, de 107 bytes como mucho"
    ),
    "a name such as chat.example.com": "un nombre como chat.example.com",
    "a name with a dot, such as irc.example.com": "un nombre con un punto, como irc.example.com",
    "a time span like 90d or 12h (0: for ever), or one for a room, like ops=30d": (
        "un tiempo como 90d o 12h (0: para siempre), o el de una sala, como ops=30d"
    ),
    "a network like 10.0.0.0/8, an address, or any": (
        "una red como 10.0.0.0/8, una dirección o any"
    ),
    "KIND.LEVEL=VALUE such as bytes.account=1G": "TIPO.NIVEL=VALOR como bytes.account=1G",
    "a whole number, 0 or more": "un número entero, 0 o más",
    "a whole number, 1 or more": "un número entero, 1 o más",
    "a whole number, 0 to 90000": "un número entero, de 0 a 90000",
    "Kind of what is served: chat or bare lines, web for browsers and HTTP, irc for IRC clients,"
    " or metrics for those who watch the daemon": (
        "Lo que se sirve: chat o bare para líneas de chat o sin formato, web para navegadores y"
        " HTTP, irc para clientes de IRC, o metrics para quienes vigilan el servidor"
    ),
    "The address, a Twisted endpoint": "La dirección, en la forma de Twisted",
    "In place of an endpoint, the name of sockets that systemd passes (FileDescriptorName=)": (
        "En vez de un endpoint, el nombre de los sockets que pasa systemd (FileDescriptorName=)"
    ),
    "The file of the certificate for TLS, in PEM": ("El fichero del certificado para TLS, en PEM"),
    "The file of the private key; by default that of the certificate": (
        "El fichero de la clave privada; si no se da, el del certificado"
    ),
}
"""The settings of the configuration file."""

ARGUMENTS = {
    "have the daemon read its configuration, motd and certificates again": (
        "hacer que el servidor lea de nuevo su configuración, su motd y sus certificados"
    ),
    "the user of the daemon, with whose rights root looks at files (default: chatd, if there is"
    " one)": (
        "el usuario del servidor, con cuyos derechos root mira los ficheros (si no se da: chatd, si"
        " existe)"
    ),
    "the configuration file (default: chatd.toml)": (
        "el fichero de configuración (si no se da: chatd.toml)"
    ),
    "the file to write, which must not exist yet (default: chatd.toml)": (
        "el fichero que se escribe, que no debe existir (si no se da: chatd.toml)"
    ),
    "bash or zsh": "bash o zsh",
    "the folder that gets man1 and man5 with the pages; earlier pages are replaced": (
        "la carpeta donde se crean man1 y man5 con las páginas; reemplazan a las anteriores"
    ),
    "the host of the daemon, HOST:PORT, or @PROFILE (default: the first of /run/chatd/chat.sock,"
    " $XDG_RUNTIME_DIR/chatd/chat.sock and 127.0.0.1 where a daemon listens)": (
        "la máquina del servidor, MÁQUINA:PUERTO o @PERFIL (si no se da: el primero de"
        " /run/chatd/chat.sock, $XDG_RUNTIME_DIR/chatd/chat.sock y 127.0.0.1 donde haya un"
        " servidor)"
    ),
    "the host of the daemon (default: the first of /run/chatd/chat.sock,"
    " $XDG_RUNTIME_DIR/chatd/chat.sock and 127.0.0.1 where a daemon listens)": (
        "la máquina del servidor (si no se da: el primero de /run/chatd/chat.sock,"
        " $XDG_RUNTIME_DIR/chatd/chat.sock y 127.0.0.1 donde haya un servidor)"
    ),
    "its port for chat lines (default: 60060)": (
        "su puerto de líneas de chat (si no se da: 60060)"
    ),
    "the line to say (default, and -: standard input, by line, but for blank ones)": (
        "la línea que se dice (si no se da, o es -: la entrada estándar, línea a línea, salvo las"
        " que están en blanco)"
    ),
    "the room to say it in (default: the lobby)": (
        "la sala en la que se dice (si no se da: la de entrada)"
    ),
    "a name to say it under (default: a guest's)": (
        "un nombre con el que se dice (si no se da: el de un invitado)"
    ),
    "a registered name to log in to": "un nombre registrado con el que se inicia sesión",
    "say the lines of this file (-: standard input), but for blank ones": (
        "decir las líneas de este fichero (-: la entrada estándar), salvo las que están en blanco"
    ),
    "say it as a program: people are shown it as any line, and no program may answer it": (
        "decirlo como programa: la gente lo ve como cualquier línea, y ningún programa puede"
        " contestarlo"
    ),
    "say all lines as one message, of at most 100, with the blank ones between them": (
        "decir todas las líneas como un mensaje, de 100 como mucho, con las que están en blanco"
        " entre ellas"
    ),
    "say it once within a day, however often it is said with this KEY": (
        "decirlo una sola vez en un día, por muchas veces que se diga con esta KEY"
    ),
    "print JSON Lines: an object a line, as in docs/wire.md": (
        "escribir JSON Lines: un objeto por línea, como en docs/wire.md"
    ),
    "a file whose first line is a token of an account (/token new), to log in by": (
        "un fichero cuya primera línea es una ficha de una cuenta (/ficha nueva), con la que se"
        " inicia sesión"
    ),
    "start the program once: it answers each line that it reads by one line": (
        "arrancar el programa una vez: a cada línea que lee contesta con una línea"
    ),
    "give the program an event in JSON, and take its answers in JSON": (
        "dar al programa un evento en JSON, y tomar sus respuestas en JSON"
    ),
    "give it all messages, not only those that begin with !": (
        "darle todos los mensajes, no solo los que empiezan con !"
    ),
    "answer these registered names alone: ana,luis": (
        "contestar solo a estos nombres registrados: ana,luis"
    ),
    "at the start, leave out the calls that were missed": (
        "al empezar, dejar sin responder las llamadas perdidas"
    ),
    "answer the last N calls that were missed (default: 20)": (
        "contestar a las últimas N llamadas perdidas (si no se da: 20)"
    ),
    "work on at most N calls at once (default: 4)": (
        "atender N llamadas a la vez como mucho (si no se da: 4)"
    ),
    "end a program that takes longer (default: 30)": (
        "terminar un programa que tarda más (si no se da: 30)"
    ),
    "the language of what the bot says itself, en or es (default: the server's)": (
        "el idioma de lo que dice el propio bot, en o es (si no se da: el del servidor)"
    ),
    "the file with the calls that are answered (default: one of this room and name)": (
        "el fichero con las llamadas contestadas (si no se da: uno de esta sala y este nombre)"
    ),
    "the program and its arguments, after --": "el programa y sus argumentos, tras --",
    "go on with new lines, until Ctrl+C": "seguir con las líneas nuevas, hasta Ctrl+C",
    "print the last N lines (default: 10)": "escribir las últimas N líneas (si no se da: 10)",
    "print the lines of this time: 90m, 2h, 3d": (
        "escribir las líneas de este tiempo: 90m, 2h, 3d"
    ),
    "the room (default: the lobby)": "la sala (si no se da: la de entrada)",
    "the room to search (default: the lobby)": (
        "la sala en la que se busca (si no se da: la de entrada)"
    ),
    "search all rooms that you may read": "buscar en todas las salas que puedes leer",
    "most lines to print, the newest (default: 20)": (
        "las líneas que se escriben como mucho, las más nuevas (si no se da: 20)"
    ),
    "a word, a phrase with spaces, from:NAME, since:2d": (
        "una palabra, una frase con espacios, from:NOMBRE, since:2d"
    ),
    "a name to talk under (default: a guest's)": (
        "un nombre con el que se habla (si no se da: el de un invitado)"
    ),
    "a registered name to talk under; its password is asked for": (
        "un nombre registrado con el que se habla; se pide su contraseña"
    ),
    "a room to enter (default: the lobby; may be repeated)": (
        "una sala en la que se entra (si no se da: la de entrada; puede repetirse)"
    ),
    "a file whose first line is the password for --login (default: CHATD_PASSWORD)": (
        "un fichero cuya primera línea es la contraseña de --login (si no se da: CHATD_PASSWORD)"
    ),
    "the UNIX socket of the daemon, instead of a host": (
        "el socket UNIX del servidor, en lugar de una máquina"
    ),
    "take the rest from this profile (default: the profile default, if there is one)": (
        "tomar el resto de este perfil (si no se da: el perfil default, si lo hay)"
    ),
    "use TLS, with a valid certificate or a known key; a new key is asked about": (
        "usar TLS, con un certificado válido o una clave conocida; por una nueva se pregunta"
    ),
    "use TLS, and accept only the server whose key has this fingerprint, sha256:BASE64": (
        "usar TLS, y aceptar solo el servidor cuya clave tiene esta huella, sha256:BASE64"
    ),
    "the store, sqlite:PATH (default: sqlite:chatd.sqlite)": (
        "el almacén, sqlite:RUTA (si no se da: sqlite:chatd.sqlite)"
    ),
    "the store, sqlite:PATH or postgresql://HOST/DATABASE (default: sqlite:chatd.sqlite)": (
        "el almacén, sqlite:RUTA o postgresql://EQUIPO/BASE (si no se da: sqlite:chatd.sqlite)"
    ),
    "the daemon that is asked, of those that share a database; its files are in this directory "
    "(default: the one called as this host; without one, the database is used)": (
        "el servidor al que se pregunta, de los que comparten una base de datos; sus ficheros "
        "están en este directorio (si no se da: el que se llama como esta máquina; si no lo hay, "
        "se usa la base de datos)"
    ),
    "only this room": "solo esta sala",
    "only lines since then: 10m, 2h or 3d ago, or a time like 2026-11-22T12:01": (
        "solo las líneas desde entonces: hace 10m, 2h o 3d, o desde una hora como 2026-11-22T12:01"
    ),
    "text: the lines as people saw them; jsonl: a JSON object a line; markdown: a transcript to "
    "read and to paste; csv: a table, with --marked or --present (default: text)": (
        "text: las líneas como se vieron; jsonl: un objeto JSON por línea; markdown: una "
        "transcripción para leer y pegar; csv: una tabla, con --marked o --present (si no se da: "
        "text)"
    ),
    "no lines, but who was there and when, of rooms that keep a register; of people who have left "
    "since or not yet": (
        "ninguna línea, sino quién estuvo y cuándo, de las salas que llevan un registro; de "
        "quienes se han ido desde entonces o aún no"
    ),
    "only the decisions, which /mark made, each with its line": (
        "solo las decisiones, que /marcar hizo, cada una con su línea"
    ),
    "the language of the server's sentences, in text and markdown (default: en)": (
        "el idioma de las frases del servidor, en text y markdown (si no se da: en)"
    ),
    "also the private lines that are stored for people with an account": (
        "también las líneas privadas guardadas para quienes tienen una cuenta"
    ),
    "the copy, readable by the store's owner alone; an earlier back-up of that name is replaced "
    "once the copy is whole, any other file is refused": (
        "la copia, que solo puede leer el dueño del almacén; una copia anterior con ese nombre se "
        "sustituye cuando la nueva está entera, cualquier otro fichero se rechaza"
    ),
    "the back-up; it stays, and so does the old store, under a name that is printed": (
        "la copia; se queda, y también el almacén anterior, con un nombre que se escribe"
    ),
    "the log (default, and -: standard input)": (
        "el registro (si no se da, y con -: la entrada estándar)"
    ),
    "jsonl: what chatd export --format jsonl writes; irssi, weechat: the log of a channel; slack: "
    "the folder or the zip of an export; store: all of another store, as --store names it, into an "
    "empty one (default: jsonl)": (
        "jsonl: lo que escribe chatd export --format jsonl; irssi, weechat: el registro de un "
        "canal; slack: la carpeta o el zip de una exportación; store: todo lo de otro almacén, "
        "escrito como con --store, en uno vacío (si no se da: jsonl)"
    ),
    "the room to make of a log of one room": "la sala que se hace de un registro de una sala",
    "leave out lines that cannot be read, and tell them; not for jsonl": (
        "dejar fuera las líneas que no se pueden leer, y decirlas; no para jsonl"
    ),
    "list the registered names": "ver los nombres registrados",
    "register a name, with a password that is asked for": (
        "registrar un nombre, con una contraseña que se pide"
    ),
    "make an account an administrator": "hacer administradora a una cuenta",
    "take the rights of an administrator from an account": (
        "quitar a una cuenta los derechos de administrador"
    ),
    "set the password of an account, which is asked for": (
        "poner la contraseña de una cuenta, que se pide"
    ),
    "make a certificate that its own key signs, and a key unless there is one": (
        "crear un certificado que firma su propia clave, y la clave si no la hay"
    ),
    "show the fingerprints, the names and the dates of a certificate": (
        "ver las huellas, los nombres y las fechas de un certificado"
    ),
    "write the unit of this chatd, as root, and tell what comes next": (
        "escribir la unidad de este chatd, como root, y decir qué viene después"
    ),
    "the file with the settings of the service, and its addresses": (
        "el fichero con los ajustes del servicio, y sus direcciones"
    ),
    "have systemd open the addresses, so that clients wait while the service restarts": (
        "que systemd abra las direcciones: los clientes esperan mientras el servicio se reinicia"
    ),
    "print the units, and write nothing": "escribir las unidades en pantalla, y en ningún fichero",
    "print the fingerprint of the key of a certificate, and nothing else": (
        "escribir la huella de la clave de un certificado, y nada más"
    ),
    "remove an account, and all that is stored with it": (
        "borrar una cuenta y todo lo guardado con ella"
    ),
    "show the figures of the daemon: clients, lines, the store, times": (
        "ver las cifras del servidor: clientes, líneas, el almacén, tiempos"
    ),
    "show what all together use of each budget, or who uses most of one": (
        "ver qué usan entre todos de cada presupuesto, o quién usa más de uno"
    ),
    "show the nodes that share the store, and how far this one has read and shown the log": (
        "ver los nodos que comparten el almacén, y hasta dónde ha leído y mostrado este el registro"
    ),
    "say something in every room with people in it": (
        "decir algo en todas las salas en las que hay gente"
    ),
    "the daemon that is asked, of those that share a database; its files are in this directory "
    "(default: the one called as this host)": (
        "el servidor al que se pregunta, de los que comparten una base de datos; sus ficheros "
        "están en este directorio (si no se da: el que se llama como esta máquina)"
    ),
    "stop the daemon and start it again: everybody has to come back": (
        "parar el servidor y arrancarlo otra vez: todos tienen que volver a conectarse"
    ),
    "confirm that the clock is right, so that --keep deletes lines again": (
        "confirmar que el reloj va bien, para que --keep vuelva a borrar líneas"
    ),
}
"""The arguments of the subcommands of ``chatd``."""

ERRORS = {
    "A line is not UTF-8, is too long, has more than 30 combining marks in a row, or took too long "
    "to end; on bare ports it may also be blank. Or a message of several lines is too large": (
        "Una línea no es UTF-8, es demasiado larga, tiene más de 30 marcas combinantes seguidas o "
        "tardó demasiado en acabar; en los puertos de líneas sin formato, también si está en "
        "blanco. "
        "O un mensaje de varias líneas es demasiado grande"
    ),
    "Send UTF-8, or shorter lines": "Enviar UTF-8, o líneas más cortas",
    "The name of a person or of a room breaks the rule, mixes scripts, or is reserved for the "
    "server": (
        "El nombre de una persona o de una sala no cumple la regla, mezcla alfabetos o está "
        "reservado para el servidor"
    ),
    "Choose another name": "Elegir otro nombre",
    "A person here has the name, or one that looks like it. For a new room: a room, which may be "
    "hidden, has the name or one that looks like it": (
        "Una persona de aquí tiene ese nombre, o uno que se le parece. Si es de una sala nueva: lo "
        "tiene, o uno parecido, una sala que puede estar oculta"
    ),
    "Take another name, or log in to your own; join the room that the detail names": (
        "Tomar otro nombre, o iniciar sesión con el propio; entrar en la sala que dice el detalle"
    ),
    "The client is in no room, or the room does not exist or is hidden from the client": (
        "El cliente no está en ninguna sala, o la sala no existe o está oculta para él"
    ),
    "`/join` a room, or `/leave` to the lobby": (
        "Ir a una sala con `/sala`, o a la de entrada con `/volver`"
    ),
    "No person of that name is connected, or in the room": (
        "Nadie con ese nombre está conectado, o en la sala"
    ),
    "`/who` lists the people of a room": "`/quien` muestra quién está en una sala",
    "No line of the room that was said has that number or that word, or it is deleted": (
        "Ninguna línea que se dijo en la sala tiene ese número o esa palabra, o está borrada"
    ),
    "`/search` finds lines": "`/buscar` encuentra líneas",
    "`/msg` to a person who does not read: 64 KiB wait already": (
        "`/mensaje` para una persona que no lee: ya esperan 64 KiB"
    ),
    "Try later": "Probar más tarde",
    "The command needs a registered name, or a login": (
        "La orden necesita un nombre registrado, o haber iniciado sesión"
    ),
    "As the detail says": "Lo que dice el detalle",
    "The password is not that of the name": "La contraseña no es la de ese nombre",
    "Use the right one": "Usar la correcta",
    "There were wrong passwords for this name from this address, or many registrations, or too "
    "many passwords wait. This one was not checked. Or several webhooks in a row were not wanted "
    "by their targets": (
        "Hubo contraseñas equivocadas para ese nombre desde esa dirección, o muchos registros, o "
        "esperan demasiadas contraseñas. Esta no se comprobó. O varios destinos seguidos no "
        "querían el webhook"
    ),
    "Wait as long as the detail says": "Esperar lo que dice el detalle",
    "A budget is used up: of lines or bytes in a day, say, for the account, the address, its "
    "network or the server. What was asked for was not done": (
        "Un presupuesto está gastado: de líneas o de bytes en un día, por ejemplo, para la cuenta, "
        "la dirección, su red o el servidor. Lo que se pidió no se hizo"
    ),
    "Wait as long as the detail says, or log in: an account has a budget of its own": (
        "Esperar lo que dice el detalle, o entrar en una cuenta: tiene un presupuesto propio"
    ),
    "A password came over a connection that others may read: no TLS, no UNIX socket, not from the "
    "server's machine": (
        "Llegó una contraseña por una conexión que otros pueden leer: ni TLS, ni un socket UNIX, "
        "ni desde la máquina del servidor"
    ),
    "Connect in another way, and use another password": (
        "Conectarse de otra manera, y usar otra contraseña"
    ),
    "The line looks like a password, or came within two seconds after its author was put into the "
    "lobby": (
        "La línea parece una contraseña, o llegó menos de dos segundos después de que su autor "
        "fuera llevado a la sala de entrada"
    ),
    "Put `//` before it to say it; send it again": (
        "Poner `//` delante para decirla; enviarla otra vez"
    ),
    "The server cannot check passwords": "El servidor no puede comprobar contraseñas",
    "A password could not be checked, because the sign-in of the organisation fails": (
        "No se pudo comprobar una contraseña, porque falla el inicio de sesión de la organización"
    ),
    "Tell the operator": "Decírselo a quien administra el servidor",
    "The client may not do that there: it is muted or banned, the room's mode forbids it, or the "
    "command is for people who run the room": (
        "El cliente no puede hacer eso ahí: está callado o vetado, el modo de la sala no lo "
        "permite, o la orden es para quienes administran la sala"
    ),
    "As the detail says: whom to ask, or until when to wait": (
        "Lo que dice el detalle: a quién pedirlo, o hasta cuándo esperar"
    ),
    "The line is `/WORD`, and that is no command": "La línea es `/PALABRA`, y no es una orden",
    "`/help`; `//` before it says it; `/text` is for a program's output": (
        "`/ayuda`; con `//` delante se dice; `/texto` es para la salida de un programa"
    ),
    "The command does not take that argument": "La orden no admite ese argumento",
    "It is not known whether a line or a change was stored, because the store has not answered": (
        "No se sabe si se guardó una línea o un cambio, porque el almacén no ha respondido"
    ),
    "Look, or send it again with its key": "Mirar, o enviarla otra vez con su clave",
    "A line could not be stored. It was sent to no client": (
        "No se pudo guardar una línea. No se le envió a nadie"
    ),
    "Try later, and tell the operator": "Probar más tarde, y avisar a quien administra el servidor",
    "Say it again later, and tell the operator": (
        "Decirla otra vez más tarde, y avisar a quien administra el servidor"
    ),
    "Past lines cannot be read; a gap is shown in their place": (
        "No se pueden leer las líneas anteriores; en su lugar se muestra un hueco"
    ),
    "Ask again later": "Pedirlas más tarde",
    "The server, or the client's address, has as many connections as it may. The server closes the "
    "connection": (
        "El servidor, o la dirección del cliente, tiene todas las conexiones que puede. El "
        "servidor cierra la conexión"
    ),
    "The first line is one of HTTP, IRC or TLS. The server closes the connection": (
        "La primera línea es de HTTP, IRC o TLS. El servidor cierra la conexión"
    ),
    "Use another port": "Usar otro puerto",
    "Over HTTP: the request cannot be read, or its path does not exist": (
        "Por HTTP: la petición no se puede leer, o su ruta no existe"
    ),
    "See /api/openapi.json": "Ver /api/openapi.json",
    "A fault in the server": "Un fallo del servidor",
}
"""When a kind of error occurs, and what its receiver can do."""

BUDGETS = {
    "Connections at a time": "Conexiones a la vez",
    "1,120 silent connections of one /48 kept all others out": (
        "1.120 conexiones calladas de un mismo /48 dejaban fuera a todos los demás"
    ),
    "Lines that are stored in a day: in rooms, and private ones to accounts": (
        "Líneas que se guardan en un día: en salas, y privadas a cuentas"
    ),
    "8 million short lines a day of one connection": (
        "8 millones de líneas cortas al día de una conexión"
    ),
    "Bytes that are put on disk in a day: lines with their index, and all else that is stored": (
        "Bytes que van al disco en un día: las líneas con su índice, y todo lo demás que se guarda"
    ),
    "12 GiB a day of one connection": "12 GiB al día de una conexión",
    "Private lines in a day to accounts that are not connected": (
        "Líneas privadas en un día a cuentas que no están conectadas"
    ),
    "a person who was away came back to a million lines of a stranger": (
        "quien estaba fuera volvía y encontraba un millón de líneas de un desconocido"
    ),
    "Webhooks at a time": "Webhooks a la vez",
    "199 webhooks of one account left one to all others": (
        "199 webhooks de una cuenta dejaban uno a todos los demás"
    ),
    "Accounts at a time that are notified while they are away": (
        "Cuentas a la vez que reciben avisos en su ausencia"
    ),
    "each line is looked through for the names of all of them": (
        "en cada línea se buscan los nombres de todas ellas"
    ),
    "Rooms that are made in a day": "Salas que se crean en un día",
    "a list of a million rooms, which each newcomer asks for": (
        "una lista de un millón de salas, que pide quien llega"
    ),
    "Names that are registered in a day": "Nombres que se registran en un día",
    "all short names registered by one network": (
        "todos los nombres cortos registrados desde una red"
    ),
    "Idempotency keys in a day": "Claves de idempotencia en un día",
    "20,000 keys of one network had all others forgotten": (
        "20.000 claves de una red hacían olvidar todas las demás"
    ),
    "Mutes and bans that are ordered in a day": "Silencios y vetos que se ordenan en un día",
    "bans put and lifted in a loop: two lines in the log and a record each": (
        "vetos puestos y quitados sin parar: dos líneas en el registro y una entrada cada vez"
    ),
    "Tokens and sign-ins of browsers that are made in a day": (
        "Tokens, y sesiones de navegadores, que se crean en un día"
    ),
    "a sign-in made in a loop: a hash of a password and a record each": (
        "una sesión iniciada sin parar: el cálculo de una contraseña y un token cada vez"
    ),
}
"""What a budget counts, and the attack that made it."""

FIGURES = {
    "The versions of chatd, Python and SQLite; always 1": (
        "Las versiones de chatd, Python y SQLite; siempre 1"
    ),
    "1 if clients are served and lines are saved, otherwise 0": (
        "1 si se atiende a los clientes y se guardan las líneas; si no, 0"
    ),
    "Clients that are connected, by the kind of address": (
        "Clientes conectados, por el tipo de dirección"
    ),
    "Most connections at a time; 0 for no limit": (
        "Conexiones a la vez como mucho; 0 si no hay límite"
    ),
    "Connections that were admitted": "Conexiones admitidas",
    "Connections that were one too many: of all, from a network, or from an address": (
        "Conexiones que estaban de más: entre todas, de una red o de una dirección"
    ),
    "Clients that do not take what they are sent at the moment": (
        "Clientes que ahora no leen lo que se les envía"
    ),
    "Bytes that were read from clients, below TLS": (
        "Bytes leídos de los clientes, sin contar lo que añade TLS"
    ),
    "Lines, messages and requests that were read from clients": (
        "Líneas, mensajes y peticiones leídos de los clientes"
    ),
    "Sessions of accounts and of guests": "Sesiones de cuentas y de invitados",
    "Rooms": "Salas",
    "Lines, topics and deeds that were committed, also private lines": (
        "Líneas, temas y actos guardados, también las líneas privadas"
    ),
    "Lines that could not be saved, and lines of which that is in doubt": (
        "Líneas que no se pudieron guardar, y líneas de las que no se sabe"
    ),
    "Lines and notices that were published, times their readers, by the format": (
        "Líneas y avisos publicados, por cada uno de sus lectores, según el formato"
    ),
    "Bytes of the same": "Bytes de lo mismo",
    "Times of the stages of a line's way, for each batch: wait, from its first line to the"
    " commit; commit; render, in all formats of a room; send, to the sockets of all readers": (
        "Tiempos de las etapas del camino de una línea, por cada lote: wait, desde su primera línea"
        " hasta que empieza a guardarse; commit, guardarlo; render, darle todos los formatos de una"
        " sala; send, enviarlo a los sockets de todos los lectores"
    ),
    "What is in no batch yet: the lines of one person in one turn, a notice, records": (
        "Lo que no está aún en ningún lote: las líneas de una persona en un turno, un aviso,"
        " registros"
    ),
    "1 if the last batch was saved and the store takes lines, otherwise 0": (
        "1 si el último lote se guardó y el almacén admite líneas; si no, 0"
    ),
    "0 if lines are known to be less safe than --durability says, otherwise 1": (
        "0 si se sabe que las líneas están menos seguras de lo que dice --durability; si no, 1"
    ),
    "Bytes of the store on disk that are in use, without its log": (
        "Bytes en uso del almacén en el disco, sin su registro"
    ),
    "Bytes of the log of the store (the write-ahead log of SQLite)": (
        "Bytes del registro del almacén (el write-ahead log de SQLite)"
    ),
    "Most lines that a search has to read because no index has them yet": (
        "Líneas que una búsqueda tiene que leer como mucho porque ningún índice las tiene aún"
    ),
    "Time of the last back-up by chatd backup, in seconds since 1970; missing before the first": (
        "Momento de la última copia de chatd backup, en segundos desde 1970; falta antes de la"
        " primera"
    ),
    "Webhooks by which tools post": "Webhooks con los que publican herramientas",
    "Posts of tools, by the word that answered them; ok for those that were said": (
        "Publicaciones de herramientas, por la palabra con que se respondió; ok las que se dijeron"
    ),
    "make a webhook by which a tool posts in a room, and print its URL": (
        "crear un webhook con el que una herramienta publica en una sala, y mostrar su URL"
    ),
    "Webhooks: with all lines delivered, with lines that wait, and failing": (
        "Webhooks: con todas las líneas entregadas, con líneas que esperan, y los que fallan"
    ),
    "Seconds for which the webhook has failed that failed longest; 0 if none fails": (
        "Segundos que lleva fallando el webhook que más tiempo lleva; 0 si no falla ninguno"
    ),
    "Passwords that were hashed or checked, or not, by the outcome": (
        "Contraseñas cifradas o comprobadas, o no, según el resultado"
    ),
    "Times in which passwords were hashed or checked, with the wait for their turn": (
        "Tiempos en los que se cifraron o comprobaron contraseñas, con la espera de su turno"
    ),
    "Times by which a call of each quarter of a second was late; only with --metrics": (
        "Tiempos con los que llegó tarde una llamada de cada cuarto de segundo; solo con --metrics"
    ),
    "Time at which the first certificate for TLS expires, in seconds since 1970": (
        "Momento en que caduca el primer certificado para TLS, en segundos desde 1970"
    ),
    "Nodes that share the store and are live, with this one; missing without several nodes": (
        "Nodos vivos que comparten el almacén, con este; falta si no hay varios nodos"
    ),
    "Term of this node: it grows whenever this node or another one begins one": (
        "Periodo de este nodo: crece cuando este nodo u otro empieza uno"
    ),
    "Seconds for which this node is still current without another renewal of its lease": (
        "Segundos durante los que este nodo aún está al día si no renueva su arrendamiento"
    ),
    "1 if this node is cut off from the others, otherwise 0": (
        "1 si este nodo no llega a los demás; si no, 0"
    ),
    "Version of the log that all nodes can read": (
        "Versión del registro que todos los nodos pueden leer"
    ),
    "Number of the last batch of the log that this node has read": (
        "Número del último lote del registro que este nodo ha leído"
    ),
    "Number of the last batch of the log that is known to be safe": (
        "Número del último lote del registro del que se sabe que está a salvo"
    ),
    "Number of the last batch of the log that this node has shown": (
        "Número del último lote del registro que este nodo ha mostrado"
    ),
    "Batches that are in the log and not shown by this node yet": (
        "Lotes que están en el registro y que este nodo aún no ha mostrado"
    ),
    "Batches that were read and never shown, because the link was lost before they were safe": (
        "Lotes leídos y nunca mostrados, porque se perdió la conexión antes de que estuvieran a"
        " salvo"
    ),
    "Links to the database that were lost": "Conexiones perdidas con la base de datos",
}
"""The meanings of the figures of the daemon."""

TEXTS = {**OPTIONS, **SETTINGS, **ARGUMENTS, **ERRORS, **BUDGETS, **FIGURES}
"""All of the texts, by their English."""
