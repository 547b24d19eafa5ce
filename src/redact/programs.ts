import { addAll } from './ranges.ts'
import {
  behind,
  curlWords,
  htpasswdWords,
  opensslWords,
  positions,
  type Special,
  settings,
  sshpassWords,
  userSlashPassword,
  whole,
} from './special.ts'
import { isSecret } from './values.ts'
import type { Hit } from './words.ts'

/** How a program takes its secrets, beyond the flags that say so by their name. */
interface Program {
  /** Flags with the value in the same word: `-px`. */
  glued?: string[]
  /** Flags with the value as the next word: `-p x`. */
  next?: string[]
  /** Flags whose value is `user:password`, and what stands between the two. */
  user?: string[]
  between?: RegExp
  /** One of these words has to stand before its flags: `docker login -p x`. */
  after?: RegExp
  /** Flags that carry no secret here, whatever they are called. */
  none?: RegExp
  /** What cannot be said by flags. */
  special?: Special
}

const mysql: Program = { glued: ['-p'], none: /^--password$/, special: behind(/^password$/) }
const mongo: Program = { glued: ['-p'], next: ['-p'] }
const login: Program = {
  glued: ['-p'],
  next: ['-p'],
  after: /^login$/,
  user: ['--creds', '--src-creds', '--dest-creds'],
  none: /^--secret$/,
}
const archive: Program = { glued: ['-p'] }
const zip: Program = { glued: ['-P'], next: ['-P'] }
const redis: Program = { next: ['-a'], special: behind(/^(?:auth|requirepass|masterauth)$/i) }
const postgres: Program = { none: /^--password$/ }
const ldap: Program = { glued: ['-w'], next: ['-w'] }
const sql: Program = { glued: ['-P'], next: ['-P'] }
const samba: Program = { user: ['-U', '--user'], between: /%/ }
const desktop: Program = { glued: ['/p:', '/pth:', '/gp:'], next: ['-p'] }
const secrets: Program = { special: settings, none: /^--secret$/ }
const oracle: Program = { special: userSlashPassword }
const snmp: Program = { next: ['-A', '-X'] }
const pdf: Program = { next: ['-upw', '-opw', 'user_pw', 'owner_pw', 'input_pw'] }
const http: Program = { user: ['-a', '--auth'], glued: ['authorization:', 'cookie:', 'x-api-key:', 'private-token:'] }

/** Every program whose secrets a flag's name does not tell; the names of several that do alike stand in one text. */
const table: Record<string, Program> = {
  ...named(
    'mysql mysqldump mysqladmin mysqlimport mysqlshow mysqlcheck mysqlslap mysqlbinlog mysqlpump mysqlsh mycli',
    mysql,
  ),
  ...named('mariadb mariadb-dump mariadb-admin mariadb-import mariadb-show mariadb-check mariadb-binlog', mysql),
  ...named('mongo mongosh mongodump mongorestore mongoexport mongoimport mongostat mongotop mongofiles', mongo),
  ...named('cqlsh yt-dlp youtube-dl twine mydumper myloader', mongo),
  ...named('docker podman nerdctl buildah skopeo helm oras crane regctl az oc cf ibmcloud tanzu rancher', login),
  ...named('7z 7za 7zr 7zz p7zip', archive),
  ...named('rar unrar', { glued: ['-hp', '-p'] }),
  ...named('zip zipcloak unzip zipinfo', zip),
  ...named('redis-cli valkey-cli keydb-cli', redis),
  ...named(
    'psql pg_dump pg_dumpall pg_restore createdb dropdb createuser dropuser vacuumdb reindexdb pgbench',
    postgres,
  ),
  ...named('ldapsearch ldapadd ldapmodify ldapdelete ldapwhoami ldapcompare ldapmodrdn', ldap),
  ldappasswd: { next: ['-w', '-s', '-a'] },
  ...named('sqlcmd bcp tsql osql mosquitto_pub mosquitto_sub mosquitto_rr ipmitool', sql),
  ...named('smbclient rpcclient smbget smbmap net', samba),
  ...named('xfreerdp xfreerdp3 wlfreerdp rdesktop', desktop),
  ...named('sqlplus impdp expdp sqlldr', oracle),
  ...named('snmpget snmpwalk snmpset snmpbulkwalk snmptrap', snmp),
  ...named('pdftk pdftotext pdftoppm pdfimages', pdf),
  ...named('http https xh xhs', http),
  ...named(
    'fly flyctl vault kubectl oc aws npm pnpm yarn git pip pip3 gcloud poetry pulumi heroku gh wrangler conda dotnet set setenv setx',
    secrets,
  ),
  sshpass: { special: sshpassWords },
  curl: {
    next: ['--oauth2-bearer'],
    user: ['-u', '--user', '-U', '--proxy-user', '-E', '--cert', '--proxy-cert'],
    special: curlWords,
  },
  wget: {},
  lftp: { user: ['-u', '--user'], between: /,/ },
  openssl: { next: ['-k', '-K'], none: /^-pass(?:in|out)?$/, special: opensslWords },
  htpasswd: { special: htpasswdWords },
  'ssh-keygen': { next: ['-N', '-P'] },
  ...named('useradd usermod', { next: ['-p', '--password'] }),
  nmcli: { next: ['password', 'wifi-sec.psk', '802-11-wireless-security.psk', 'ifname-password'] },
  wpa_passphrase: { special: (words) => whole(words, 2) },
  mkpasswd: { special: (words) => whole(words, positions(words)[0]) },
  rabbitmqctl: {
    special: (words) =>
      /^(?:add_user|change_password|authenticate_user)$/.test(words[1] ?? '') ? whole(words, 3) : [],
  },
  cargo: { special: (words) => (words[1] === 'login' ? whole(words, positions(words)[1]) : []) },
  ngrok: { special: behind(/^(?:add-)?authtoken$/) },
  doctl: { next: ['-t'], after: /^auth$/ },
  swaks: { next: ['-ap'] },
  sendemail: { next: ['-xp'] },
  rclone: { special: behind(/^(?:pass|password|token|client_secret|secret_access_key)$/) },
  ...named('ffmpeg ffprobe x264 x265 HandBrakeCLI find', { none: /^--?pass$/ }),
}

/** Programs that run the program that they are given among their words. */
const runner =
  /^(?:ssh|docker|podman|nerdctl|kubectl|oc|xargs|parallel|find|watch|su|chroot|nsenter|unshare|strace|ltrace|gdb|screen|tmux|script|ntfy|time|nix|poetry|uv|npx|heroku|vagrant|docker-compose|sshpass|proot|flatpak|toolbox|distrobox|doppler|op|dotenv|aws-vault|systemd-run|firejail|torsocks|proxychains|winpty|unbuffer|faketime|caffeinate|retry|entr)$/

/** Programs that read a secret from their input when they are told so. */
const reading = /^(?:chpasswd|cryptsetup|kinit|smbpasswd|passwd|pdbedit)$/

/** The secrets that a program gets by words of its own, also of one that another runs: `ssh host mysql -px`. */
export function programHits(words: string[], first: number): Hit[] {
  const hits = hitsAt(words, first)
  if (!runner.test(nameOf(words[first] ?? ''))) return hits
  let looked = 0
  for (let index = first + 1; index < words.length && looked < mostNested; index++) {
    const program = programOf(words[index])
    if (program === undefined) continue
    looked++
    addAll(hits, hitsAt(words, index))
  }
  return hits
}

/** A line names no more programs that another one runs: each look at its words takes time. */
const mostNested = 4

/** The names of all programs that are known here. */
export function programNames(): string[] {
  return Object.keys(table)
}

/** Does a flag that sounds so carry no secret of this program? */
export function carriesNone(words: string[], program: number, flag: string): boolean {
  return programOf(words[program])?.none?.test(flag) === true
}

/** Does this command read a secret from its input? */
export function readsSecret(words: string[]): boolean {
  const flag = /^--?(?:password-?stdin|with-token|token-stdin|passphrase-fd|stdin|api-key-stdin|.*-stdin)$/
  return words.some(
    (word, index) =>
      flag.test(word) ||
      reading.test(nameOf(word)) ||
      (word === 'sudo' && words.slice(index + 1).some((next) => /^-[a-zA-Z]*S/.test(next))) ||
      (/^(?:secret|login)$/.test(word) && /^(?:-|set|create)$/.test(words[index + 1] ?? '')),
  )
}

function nameOf(word: string): string {
  return word.slice(word.lastIndexOf('/') + 1)
}

function programOf(word: string | undefined): Program | undefined {
  const name = word === undefined ? '' : nameOf(word)
  return Object.hasOwn(table, name) ? table[name] : undefined
}

function hitsAt(all: string[], first: number): Hit[] {
  const program = programOf(all[first])
  if (program === undefined) return []
  const words = all.slice(first)
  const hits = program.special?.(words) ?? []
  const allowed = program.after === undefined || words.some((word) => program.after?.test(word))
  for (let word = 1; word < words.length; word++) {
    if (allowed) addAll(hits, flagHits(program, words, word))
    addAll(hits, userHits(program, words, word))
  }
  return hits.map((hit) => ({ ...hit, word: hit.word + first }))
}

function flagHits({ glued = [], next = [] }: Program, words: string[], word: number): Hit[] {
  const text = words[word] ?? ''
  const value = words[word + 1] ?? ''
  if (next.includes(text) && !value.startsWith('-')) return whole(words, word + 1)
  const flag = glued.find(
    (start) => text.toLowerCase().startsWith(start.toLowerCase()) && text.slice(0, 2) === start.slice(0, 2),
  )
  const inside = flag === undefined ? '' : text.slice(flag.length).replace(/^=/, '')
  // `docker run mysql -p3306:3306`
  if (flag === undefined || !isSecret(inside) || /^\d+(?:[:.]\d+)+$/.test(inside)) return []
  return [{ word, start: text.length - inside.length, end: text.length }]
}

/** `-u user:password`, also as `-uuser:password` and `--user=user:password`. */
function userHits({ user = [], between = /:/ }: Program, words: string[], word: number): Hit[] {
  const text = words[word] ?? ''
  const flag = user.find(
    (known) => text === known || text.startsWith(`${known}=`) || (known.length === 2 && text.startsWith(known)),
  )
  if (flag === undefined) return []
  const own = text !== flag
  const value = own ? text : (words[word + 1] ?? '')
  const from = own ? flag.length : 0
  const cut = value.slice(from).search(between)
  const start = from + cut + 1
  if (cut < 0 || !isSecret(value.slice(start))) return []
  return [{ word: own ? word : word + 1, start, end: value.length }]
}

function named(names: string, program: Program): Record<string, Program> {
  return Object.fromEntries(names.split(' ').map((name) => [name, program]))
}
