#compdef lockstep
# zsh completion for lockstep. Words are known by this script; files are zsh's own to complete; tables, realms and
# registries are asked of the databases that the line or the environment names.

@TABLES@

# The names of a kind that are in the databases that the line names.
_lockstep_names() {
  local -a named
  local i
  for ((i = 2; i < CURRENT; i++)); do
    case $words[i] in
      --db | --pg | --password-file) named+=("$words[i]" "${(Q)words[i + 1]}") ;;
      --db=* | --pg=* | --password-file=*) named+=("${(Q)words[i]}") ;;
    esac
  done
  lockstep complete-names $1 $named 2>/dev/null </dev/null
}

# Completes a value of a kind.
_lockstep_value() {
  case $1 in
    f) _files ;;
    p) compadd -- ${=_lockstep_profiles}; _files ;;
    d)
      if [[ $PREFIX == sqlite:* ]]; then
        compset -P 'sqlite:'
        _files
      else
        compadd -S '' -- postgresql:// mariadb:// mysql:// sqlite:
      fi ;;
    w:*) compadd -- ${(s:,:)1#w:} ;;
    t) compadd -- ${(f)"$(_lockstep_names tables)"} ;;
    r) compadd -- ${(f)"$(_lockstep_names realms)"} ;;
    g) compadd -- ${(f)"$(_lockstep_names registries)"} ;;
    *) _message 'value' ;;
  esac
}

_lockstep() {
  local word=$words[CURRENT] noun=$words[2] path_of rest=3 verbs take i
  if ((CURRENT == 2)); then
    compadd -- ${=_lockstep_nouns} --help --version
    return
  fi
  verbs=$(_lockstep_verbs $noun)
  path_of=$noun
  if [[ -n $verbs ]]; then
    if ((CURRENT == 3)); then
      compadd -- ${=verbs} --help
      return
    fi
    path_of="$noun $words[3]"
    rest=4
  fi
  if [[ $noun == help && $word != -* ]]; then
    local first=3 topics=$_lockstep_topics
    while ((first < CURRENT)) && [[ $words[first] == -* || $words[first] == json ]]; do
      # After that topic stands a command.
      [[ $words[first] == json ]] && topics=
      first=$((first + 1))
    done
    if ((first == CURRENT)); then
      compadd -- ${=_lockstep_nouns} ${=topics}
    else
      compadd -- $(_lockstep_verbs $words[first])
    fi
    return
  fi
  local -a options parameters names
  for take in ${=$(_lockstep_takes $path_of)}; do
    if [[ $take == -* ]]; then options+=($take); else parameters+=($take); fi
  done
  # What follows -- is another program's.
  for ((i = rest; i < CURRENT; i++)); do
    if [[ $words[i] == -- ]]; then
      shift $((i)) words
      CURRENT=$((CURRENT - i))
      _normal
      return
    fi
  done
  if [[ $word == --*=* ]]; then
    for take in $options; do
      if [[ $take == ${word%%=*}[=?]* ]]; then
        compset -P '*='
        _lockstep_value ${take#*[=?]}
        return
      fi
    done
    return
  fi
  local previous=$words[CURRENT-1]
  if ((CURRENT > rest)) && [[ $previous == -* ]]; then
    for take in $options; do
      if [[ $take == $previous=* && $take != *=- ]]; then
        _lockstep_value ${take#*=}
        return
      fi
    done
  fi
  if [[ $word == -* ]]; then
    for take in $options; do names+=(${take%%[=?]*}); done
    compadd -- $names
    return
  fi
  # Which parameter this is.
  local place=1 taken=0
  for ((i = rest; i < CURRENT; i++)); do
    if ((taken)); then taken=0; continue; fi
    case $words[i] in
      --*=*) ;;
      -*) for take in $options; do [[ $take == $words[i]=* && $take != *=- ]] && taken=1; done ;;
      *) place=$((place + 1)) ;;
    esac
  done
  ((${#parameters} == 0)) && return
  ((place <= ${#parameters})) || place=${#parameters}
  _lockstep_value $parameters[place]
}

if [[ $funcstack[1] == _lockstep ]]; then
  _lockstep "$@"
else
  compdef _lockstep lockstep
fi
