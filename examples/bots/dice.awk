# Dice: chatd bot --room games --name dice -- awk -f dice.awk
#   !roll        rolls a die of six sides
#   !roll 3d20   rolls three of twenty

$2 == "!roll" {
    dice = NF > 2 ? tolower($3) : "1d6"
    if (dice !~ /^[1-9][0-9]?d[1-9][0-9]?[0-9]?$/) {
        print $1 ": !roll 2d6 rolls two dice of six sides, at most 99 of 999."
        next
    }
    split(dice, of, "d")
    "od -An -N4 -tu4 /dev/urandom" | getline seed
    srand(seed)
    sum = 0
    shown = ""
    for (i = 1; i <= of[1]; i++) {
        rolled = int(rand() * of[2]) + 1
        sum += rolled
        shown = shown (i > 1 ? " + " : "") rolled
    }
    print $1 " rolls " dice ": " shown (of[1] > 1 ? " = " sum : "")
}
