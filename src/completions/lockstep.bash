# bash completion for lockstep. Words are known by this script; files are bash's own to complete; tables, realms and
# registries are asked of the databases that the line or the environment names.

_lockstep_nouns='realm definitions transpile audit fts mirror top demo profile doctor shell completion help version'
_lockstep_topics='exit-codes connections output json environment profile-format protocol relay grants-postgresql grants-mariadb'
_lockstep_profiles='boxel cadt-v1 cadt-v2'

_lockstep_verbs() {
  case $1 in
    realm) echo 'broadcast invalidate listen listeners init sequence relay watch publish unpublish delete lock locks' ;;
    definitions) echo 'clear check' ;;
    transpile) echo 'init get put run tombstone check status prune' ;;
    audit) echo 'apply check drop suggest write latest status' ;;
    fts) echo 'status defer restore run check rebuild tune' ;;
    mirror) echo 'plan backfill verify repair status follow' ;;
    profile) echo 'list show schema init' ;;
  esac
}

# The options, each with what it takes, and then what the parameters are.
_lockstep_takes() {
  case $1 in
    'realm broadcast') echo '--path=n --paths-from=f --durable=- --id=n --wait=- --wait-timeout=w:500ms,1s,10s,1m,1h --outbox=- --expect=n --no-widen=- --must-exist=- --pg=w:embedded --password-file=f -n=- --dry-run=- --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- r' ;;
    'realm invalidate') echo '--path=n --durable=- --outbox=- --no-widen=- --must-exist=- --expect=n --pg=w:embedded --password-file=f -n=- --dry-run=- --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- r' ;;
    'realm listen') echo '--channel=n --realm=r --count=n --timeout=w:500ms,1s,10s,1m,1h --exec=n --no-reconnect=- --durable=n --poll=w:500ms,1s,10s,1m,1h --foreign-emitters=- --sequence-interval=w:500ms,1s,10s,1m,1h --pg=w:embedded --password-file=f --metrics-listen=n --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- ' ;;
    'realm listeners') echo '--pg=w:embedded --password-file=f --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- ' ;;
    'realm init') echo '--outbox=- --pg=w:embedded --password-file=f -n=- --dry-run=- --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- ' ;;
    'realm sequence') echo '--once=- --sequence-interval=w:500ms,1s,10s,1m,1h --pg=w:embedded --password-file=f --metrics-listen=n --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- ' ;;
    'realm relay') echo '--listen=n --token-file=f --certificate=f --key=f --allow-origin=n --heartbeat=w:500ms,1s,10s,1m,1h --stall=w:500ms,1s,10s,1m,1h --max-behind=n --max-subscribers=n --keep=n --name=n --poll=w:500ms,1s,10s,1m,1h --foreign-emitters=- --pg=w:embedded --password-file=f --metrics-listen=n --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- ' ;;
    'realm watch') echo '--realm=n --path=n --limit=n --remove=- --pg=w:embedded --password-file=f -n=- --dry-run=- --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- t' ;;
    'realm publish') echo '--then=n --convert=- --realm=r --wait=w:500ms,1s,10s,1m,1h -y=- --yes=- --pg=w:embedded --password-file=f -n=- --dry-run=- --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- f f' ;;
    'realm unpublish') echo '--realm=r --wait=w:500ms,1s,10s,1m,1h -y=- --yes=- --pg=w:embedded --password-file=f -n=- --dry-run=- --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- f' ;;
    'realm delete') echo '--realm=r --wait=w:500ms,1s,10s,1m,1h -y=- --yes=- --pg=w:embedded --password-file=f -n=- --dry-run=- --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- f' ;;
    'realm lock') echo '--wait=w:500ms,1s,10s,1m,1h --shared=- --file=n --pg=w:embedded --password-file=f --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- r' ;;
    'realm locks') echo '--max-wait=w:500ms,1s,10s,1m,1h --pg=w:embedded --password-file=f --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- ' ;;
    'definitions clear') echo '--module=r --all=- --errors=- -y=- --yes=- --pg=w:embedded --password-file=f -n=- --dry-run=- --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- r' ;;
    'definitions check') echo '--clear=- -y=- --yes=- --pg=w:embedded --password-file=f -n=- --dry-run=- --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- r f' ;;
    'transpile init') echo '--guard=- --force=- --pg=w:embedded --password-file=f -n=- --dry-run=- --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- ' ;;
    'transpile get') echo '--body=f --key=n --pg=w:embedded --password-file=f --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- r n' ;;
    'transpile put') echo '--generation=n --floor=n --epoch=n --as-of=n --body=f --headers=f --deps=f --key=n --pg=w:embedded --password-file=f -n=- --dry-run=- --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- r n' ;;
    'transpile run') echo '--source=f --input=f --env=n --deps=f --headers=f --output=f --replay=w:stderr,none --allow-empty=- --require-cache=- --wait=w:500ms,1s,10s,1m,1h --timeout=w:500ms,1s,10s,1m,1h --key=n --report=f --pg=w:embedded --password-file=f --profile=p --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- r n' ;;
    'transpile tombstone') echo '--all=- --dependents=- --broadcast=- -y=- --yes=- --pg=w:embedded --password-file=f -n=- --dry-run=- --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- r n' ;;
    'transpile check') echo '--tombstone=- --broadcast=- -y=- --yes=- --pg=w:embedded --password-file=f -n=- --dry-run=- --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- r f' ;;
    'transpile status') echo '--pg=w:embedded --password-file=f --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- r' ;;
    'transpile prune') echo '--older-than=w:500ms,1s,10s,1m,1h --max-bytes=n -y=- --yes=- --pg=w:embedded --password-file=f -n=- --dry-run=- --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- r' ;;
    'audit apply') echo '--db=f --to=d --password-file=f --lock-timeout=w:500ms,1s,10s,1m,1h --profile=p --timeout=w:500ms,1s,10s,1m,1h --replace=- -n=- --dry-run=- --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- ' ;;
    'audit check') echo '--db=f --to=d --password-file=f --lock-timeout=w:500ms,1s,10s,1m,1h --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- ' ;;
    'audit drop') echo '--db=f --to=d --password-file=f --lock-timeout=w:500ms,1s,10s,1m,1h --profile=p --timeout=w:500ms,1s,10s,1m,1h -n=- --dry-run=- -y=- --yes=- --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- ' ;;
    'audit suggest') echo '--db=f --to=d --password-file=f --lock-timeout=w:500ms,1s,10s,1m,1h --profile=p --query=n --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- ' ;;
    'audit write') echo '--db=f --to=d --password-file=f --lock-timeout=w:500ms,1s,10s,1m,1h --profile=p --mirror=d --batch=n --max-errors=n --reject-file=f -n=- --dry-run=- --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- f' ;;
    'audit latest') echo '--db=f --to=d --password-file=f --lock-timeout=w:500ms,1s,10s,1m,1h --profile=p --registry=g --org=n --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- ' ;;
    'audit status') echo '--db=f --to=d --password-file=f --lock-timeout=w:500ms,1s,10s,1m,1h --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- ' ;;
    'fts status') echo '--db=f --lock-timeout=w:500ms,1s,10s,1m,1h --allow-network-fs=- --profile=p --table=t --load-extension=f --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- f' ;;
    'fts defer') echo '--db=f --lock-timeout=w:500ms,1s,10s,1m,1h --allow-network-fs=- --profile=p --table=t --load-extension=f --mode=w:journal,rebuild --max-age=w:500ms,1s,10s,1m,1h --note=n -n=- --dry-run=- --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- f' ;;
    'fts restore') echo '--db=f --lock-timeout=w:500ms,1s,10s,1m,1h --allow-network-fs=- --profile=p --table=t --load-extension=f --if-deferred=- --steal=- --prefer=w:live,stored --from-profile=- -n=- --dry-run=- --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- f' ;;
    'fts run') echo '--db=f --lock-timeout=w:500ms,1s,10s,1m,1h --allow-network-fs=- --profile=p --table=t --load-extension=f --mode=w:journal,rebuild --max-age=w:500ms,1s,10s,1m,1h --note=n --atomic=f -n=- --dry-run=- --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- n n' ;;
    'fts check') echo '--db=f --lock-timeout=w:500ms,1s,10s,1m,1h --allow-network-fs=- --profile=p --table=t --load-extension=f --deep=- --columns=w:written,all --rows=n --no-cost=- --html=f --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- f' ;;
    'fts rebuild') echo '--db=f --lock-timeout=w:500ms,1s,10s,1m,1h --allow-network-fs=- --profile=p --table=t --load-extension=f --columns=w:written,all --recreate=- -y=- --yes=- -n=- --dry-run=- --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- f' ;;
    'fts tune') echo '--db=f --lock-timeout=w:500ms,1s,10s,1m,1h --allow-network-fs=- --profile=p --table=t --load-extension=f --undo=- -y=- --yes=- -n=- --dry-run=- --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- f' ;;
    'mirror plan') echo '--db=f --lock-timeout=w:500ms,1s,10s,1m,1h --allow-network-fs=- --to=d --password-file=f --schema=n --retry-for=w:500ms,1s,10s,1m,1h --table=t --exclude=t --rename=n --where=n --columns=n --type=n --on-bad-row=w:fail,quarantine,null --nul=w:reject,strip,escape --html=f --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- ' ;;
    'mirror backfill') echo '--db=f --lock-timeout=w:500ms,1s,10s,1m,1h --allow-network-fs=- --to=d --password-file=f --schema=n --retry-for=w:500ms,1s,10s,1m,1h --table=t --exclude=t --rename=n --where=n --columns=n --type=n --on-bad-row=w:fail,quarantine,null --nul=w:reject,strip,escape -n=- --dry-run=- --snapshot=w:hold,copy --drop-extra-tables=- -y=- --yes=- --create?w:tables,all --batch=n --max-rate=n --pause-file=f --keep-extra=- --max-delete=n --allow-empty-source=- --take-over=- --sole-writer=- --recheck=- --restart=- --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- ' ;;
    'mirror verify') echo '--db=f --lock-timeout=w:500ms,1s,10s,1m,1h --allow-network-fs=- --to=d --password-file=f --schema=n --retry-for=w:500ms,1s,10s,1m,1h --table=t --exclude=t --rename=n --where=n --columns=n --type=n --on-bad-row=w:fail,quarantine,null --nul=w:reject,strip,escape --rows=n --show-values=- --diff=- --limit=n --sql=f --html=f --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- ' ;;
    'mirror repair') echo '--db=f --lock-timeout=w:500ms,1s,10s,1m,1h --allow-network-fs=- --to=d --password-file=f --schema=n --retry-for=w:500ms,1s,10s,1m,1h --table=t --exclude=t --rename=n --where=n --columns=n --type=n --on-bad-row=w:fail,quarantine,null --nul=w:reject,strip,escape -n=- --dry-run=- --max-rate=n --pause-file=f --max-delete=n --allow-empty-source=- --take-over=- --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- ' ;;
    'mirror status') echo '--db=f --lock-timeout=w:500ms,1s,10s,1m,1h --allow-network-fs=- --to=d --password-file=f --schema=n --retry-for=w:500ms,1s,10s,1m,1h --max-age=w:500ms,1s,10s,1m,1h --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- ' ;;
    'mirror follow') echo '--db=f --lock-timeout=w:500ms,1s,10s,1m,1h --allow-network-fs=- --to=d --password-file=f --schema=n --retry-for=w:500ms,1s,10s,1m,1h --table=t --exclude=t --rename=n --where=n --columns=n --type=n --on-bad-row=w:fail,quarantine,null --nul=w:reject,strip,escape -n=- --dry-run=- --install=- --remove=- --interval=w:500ms,1s,10s,1m,1h --sweep=w:500ms,1s,10s,1m,1h --create?w:tables,all --batch=n --max-rate=n --pause-file=f --keep-extra=- --max-delete=n --allow-empty-source=- --take-over=- --sole-writer=- --recheck=- --restart=- --metrics-listen=n --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- ' ;;
    'top') echo '--db=f --to=d --once=- --interval=w:500ms,1s,10s,1m,1h --pg=w:embedded --password-file=f --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- n' ;;
    'demo') echo '--pg=w:embedded --keep=- --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- ' ;;
    'profile list') echo '--profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- ' ;;
    'profile show') echo '--profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- p' ;;
    'profile schema') echo '--profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- ' ;;
    'profile init') echo '--db=f --lock-timeout=w:500ms,1s,10s,1m,1h --allow-network-fs=- --pg=w:embedded --password-file=f --name=n --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- ' ;;
    'doctor') echo '--for=w:realm,transpile,audit,fts,mirror --pg=w:embedded --password-file=f --db=f --lock-timeout=w:500ms,1s,10s,1m,1h --allow-network-fs=- --to=d --html=f --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- ' ;;
    'shell') echo '-c=n --command=n -f=f --file=f --pg=w:embedded --password-file=f --db=f --lock-timeout=w:500ms,1s,10s,1m,1h --allow-network-fs=- --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- ' ;;
    'completion') echo '--profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- w:bash,zsh,fish' ;;
    'help') echo '--all=- --schema=- --profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- h' ;;
    'version') echo '--profile=p --report=f --metrics-file=f --if-running=w:fail,wait,skip -o=w:text,json,jsonl --output=w:text,json,jsonl --json=- --color=n -q=- --quiet=- -v=- --verbose=- --debug=- -h=- --help=- ' ;;
  esac
}

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
