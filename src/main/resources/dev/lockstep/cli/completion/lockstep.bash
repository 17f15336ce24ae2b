# bash completion for lockstep. Words are known by this script; files are bash's own to complete; tables, realms and
# registries are asked of the databases that the line or the environment names.

@TABLES@

# The words of the line as the shell will see them: bash has cut them at = and : too.
_lockstep_line() {
  local i word
  _lockstep_words=()
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    local n=${#_lockstep_words[@]}
    if ((n > 0)) && [[ $glued == 1 || $word == : || $word == := || ($word == = && ${_lockstep_words[n - 1]} == -*) ]]; then
      _lockstep_words[n - 1]+=$word
      local glued=0
      [[ $word == = || $word == : ]] && glued=1
    else
      _lockstep_words+=("$word")
      local glued=0
    fi
  done
}

# The names of a kind that are in the databases that the line names.
_lockstep_names() {
  local i options=()
  for ((i = 0; i + 1 < ${#_lockstep_words[@]}; i++)); do
    case ${_lockstep_words[i]} in
      --db | --pg | --password-file) options+=("${_lockstep_words[i]}" "${_lockstep_words[i + 1]}") ;;
      --db=* | --pg=* | --password-file=*) options+=("${_lockstep_words[i]}") ;;
    esac
  done
  lockstep complete-names "$1" "${options[@]}" 2>/dev/null </dev/null
}

# Completes a value of a kind that begins so; $3 is what stands before it in the same word.
_lockstep_value() {
  local IFS=$' \n' words=
  case $1 in
    f) compopt -o default 2>/dev/null; return ;;
    p)
      compopt -o filenames 2>/dev/null
      IFS=$'\n'
      COMPREPLY=($(IFS=$' \n'; compgen -W "$_lockstep_profiles" -- "$2") $(compgen -f -- "$2"))
      return ;;
    d)
      # bash takes what follows the colon for a word of its own, and completes it.
      [[ $2 == sqlite:* ]] && { compopt -o default 2>/dev/null; return; }
      compopt -o nospace 2>/dev/null
      words='postgresql:// mariadb:// mysql:// sqlite:' ;;
    w:*) words=${1#w:}; words=${words//,/ } ;;
    t) IFS=$'\n'; words=$(_lockstep_names tables) ;;
    r) IFS=$'\n'; words=$(_lockstep_names realms) ;;
    g) IFS=$'\n'; words=$(_lockstep_names registries) ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$2"))
  # What stands before the last colon is a word of its own to bash.
  if [[ $2 == *:* && $COMP_WORDBREAKS == *:* ]]; then
    local i head=${2%"${2##*:}"}
    for ((i = 0; i < ${#COMPREPLY[@]}; i++)); do
      COMPREPLY[i]=${COMPREPLY[i]#"$head"}
    done
  fi
}

_lockstep() {
  COMPREPLY=()
  _lockstep_line
  local n=$((${#_lockstep_words[@]} - 1)) IFS=$' \t\n'
  local word=${_lockstep_words[n]} noun=${_lockstep_words[0]} path rest=1 verbs
  if ((n == 0)); then
    COMPREPLY=($(compgen -W "$_lockstep_nouns --help --version" -- "$word"))
    return
  fi
  verbs=$(_lockstep_verbs "$noun")
  path=$noun
  if [[ -n $verbs ]]; then
    if ((n == 1)); then
      COMPREPLY=($(compgen -W "$verbs --help" -- "$word"))
      return
    fi
    path="$noun ${_lockstep_words[1]}"
    rest=2
  fi
  if [[ $noun == help && $word != -* ]]; then
    local first=1 topics=$_lockstep_topics
    while ((first < n)) && [[ ${_lockstep_words[first]} == -* || ${_lockstep_words[first]} == json ]]; do
      # After that topic stands a command.
      [[ ${_lockstep_words[first]} == json ]] && topics=
      first=$((first + 1))
    done
    if ((first == n)); then
      COMPREPLY=($(compgen -W "$_lockstep_nouns $topics" -- "$word"))
    else
      COMPREPLY=($(compgen -W "$(_lockstep_verbs "${_lockstep_words[first]}")" -- "$word"))
    fi
    return
  fi
  local takes=($(_lockstep_takes "$path")) options=() parameters=() take i
  for take in "${takes[@]}"; do
    if [[ $take == -* ]]; then options+=("$take"); else parameters+=("$take"); fi
  done
  # What follows -- is another program's.
  for ((i = rest; i < n; i++)); do
    if [[ ${_lockstep_words[i]} == -- ]]; then
      compopt -o default 2>/dev/null
      return
    fi
  done
  if [[ $word == --*=* ]]; then
    for take in "${options[@]}"; do
      case $take in "${word%%=*}="* | "${word%%=*}?"*)
        _lockstep_value "${take#*[=?]}" "${word#*=}"
        [[ $COMP_WORDBREAKS == *=* ]] || COMPREPLY=("${COMPREPLY[@]/#/${word%%=*}=}")
        return ;;
      esac
    done
    return
  fi
  local previous=${_lockstep_words[n - 1]}
  if ((n > rest)) && [[ $previous == -* ]]; then
    for take in "${options[@]}"; do
      if [[ $take == "$previous="* && $take != *=- ]]; then
        _lockstep_value "${take#*=}" "$word"
        return
      fi
    done
  fi
  if [[ $word == -* ]]; then
    local names=()
    for take in "${options[@]}"; do names+=("${take%%[=?]*}"); done
    COMPREPLY=($(compgen -W "${names[*]}" -- "$word"))
    return
  fi
  # Which parameter this is.
  local place=0 taken=0
  for ((i = rest; i < n; i++)); do
    if ((taken)); then taken=0; continue; fi
    case ${_lockstep_words[i]} in
      --*=*) ;;
      -*)
        for take in "${options[@]}"; do
          [[ $take == "${_lockstep_words[i]}="* && $take != *=- ]] && taken=1
        done ;;
      *) place=$((place + 1)) ;;
    esac
  done
  ((${#parameters[@]} == 0)) && return
  ((place < ${#parameters[@]})) || place=$((${#parameters[@]} - 1))
  _lockstep_value "${parameters[place]}" "$word"
}

complete -F _lockstep lockstep
