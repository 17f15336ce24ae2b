# fish completion for lockstep. Words are known by this script; files are fish's own to complete; tables, realms and
# registries are asked of the databases that the line or the environment names.

# Whether the words before the cursor are these and no more; options do not count.
function __lockstep_at
    set -l words (commandline -opc)[2..]
    set -l plain
    for word in $words
        string match -q -- '-*' $word; or set -a plain $word
    end
    test "$plain" = "$argv"
end

# Whether the line runs one of these commands, each written as noun/verb.
function __lockstep_in
    set -l words (commandline -opc)[2..]
    contains -- -- $words; and return 1
    contains -- "$words[1]" $argv; or contains -- "$words[1]/$words[2]" $argv
end

# The names of a kind that are in the databases that the line names.
function __lockstep_names
    set -l words (commandline -opc)[2..]
    set -l options
    for i in (seq (count $words))
        switch $words[$i]
            case --db --pg --password-file
                set -a options $words[$i] $words[(math $i + 1)]
            case '--db=*' '--pg=*' '--password-file=*'
                set -a options $words[$i]
        end
    end
    lockstep complete-names $argv[1] $options 2>/dev/null </dev/null
end

# The beginnings of a database's address, or the files after sqlite:.
function __lockstep_databases
    set -l word (string replace -r -- '^--[a-z]+=' '' (commandline -ct))
    if not string match -q 'sqlite:*' -- $word
        printf '%s\n' $argv
        return
    end
    set -l file (string replace 'sqlite:' '' -- $word)
    for found in $file*
        test -d $found; and set found $found/
        echo sqlite:$found
    end
end

complete -c lockstep -f
# What follows -- is another program's.
complete -c lockstep -n 'contains -- -- (commandline -opc)' -F
@TABLES@
