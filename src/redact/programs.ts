import {
  behind,
  curlWords,
  htpasswdWords,
  mysqlWords,
  opensslWords,
  positions,
  type Special,
  settings,
  sshpassWords,
  userSlashPassword,
  whole,
  zipWords,
} from './special.ts'

/** How a program takes its secrets, beyond the flags that say so by their name. */
export interface Program {
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

const mysql: Program = { glued: ['-p'], none: /^--password$/, special: mysqlWords }
const mongo: Program = { glued: ['-p'], next: ['-p'] }
const login: Program = {
  glued: ['-p'],
  next: ['-p'],
  after: /^login$/,
  user: ['--creds', '--src-creds', '--dest-creds'],
  none: /^--secret$/,
}
const archive: Program = { glued: ['-p'] }
const zip: Program = { special: zipWords }
const redis: Program = { glued: ['-a'], next: ['-a'], special: behind(/^(?:auth|requirepass|masterauth)$/i) }
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
  ...named('docker podman nerdctl buildah skopeo helm oras crane regctl az cf ibmcloud tanzu rancher', login),
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
    'fly flyctl vault kubectl aws npm pnpm yarn git pip pip3 gcloud poetry pulumi heroku gh wrangler conda dotnet set setenv setx',
    secrets,
  ),
  oc: { ...login, special: settings },
  sshpass: { special: sshpassWords },
  curl: {
    next: ['--oauth2-bearer'],
    user: ['-u', '--user', '-U', '--proxy-user', '-E', '--cert', '--proxy-cert'],
    special: curlWords,
  },
  wget: {},
  lftp: { user: ['-u', '--user'], between: /,/ },
  openssl: { next: ['-k', '-K', '-hmac'], none: /^-pass(?:in|out)?$/, special: opensslWords },
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

/** The names of all programs that are known here. */
export function programNames(): string[] {
  return Object.keys(table)
}

/** A program without its folder. */
export function nameOf(word: string): string {
  return word.slice(word.lastIndexOf('/') + 1)
}

/** What is known of a program; nothing of most. */
export function programOf(word: string | undefined): Program | undefined {
  const name = word === undefined ? '' : nameOf(word)
  return Object.hasOwn(table, name) ? table[name] : undefined
}

function named(names: string, program: Program): Record<string, Program> {
  return Object.fromEntries(names.split(' ').map((name) => [name, program]))
}
