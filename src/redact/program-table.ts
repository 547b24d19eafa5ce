import {
  addressWords,
  behind,
  curlWords,
  htpasswdWords,
  httpWords,
  mysqlWords,
  opensslWords,
  optionWords,
  type Special,
  settings,
  sshpassWords,
  userSlashPassword,
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
  /** Flags that are followed by no secret here, whatever they are called. */
  none?: RegExp
  /** The same for flags with `=` and a value, too. */
  never?: RegExp
  /** Places of secrets among its words, see places.ts. */
  places?: string[]
  /** Flags that are followed by a value, which has no place of its own. */
  valued?: RegExp
  /** What else holds for it, each with its own `after`. */
  also?: Program[]
  /** What cannot be said by flags and places. */
  special?: Special
}

const secretName = '[\\w.-]*(?:password|passwd|pass|secret|token|access_key|api_key)'

const p: Program = { glued: ['-p'], next: ['-p'] }
const nextP: Program = { next: ['-p'] }
const w: Program = { glued: ['-w'], next: ['-w'] }
const capitalP: Program = { glued: ['-P'], next: ['-P'] }
const pw: Program = { next: ['-pw'] }
const mysql: Program = { glued: ['-p'], none: /^--password$/, special: mysqlWords }
const login: Program = {
  ...p,
  after: /^(?:login|user)$/,
  user: ['--creds', '--src-creds', '--dest-creds'],
  none: /^--secret$/,
}
const redis: Program = {
  glued: ['-a'],
  next: ['-a'],
  special: behind(/^(?:auth|requirepass|masterauth)$/i),
  places: ['(?:acl|ACL) (?:setuser|SETUSER) _ on *', '(?:auth|AUTH) \\w+ *'],
}
const samba: Program = { user: ['-U', '--user'], between: /%/ }
const secrets: Program = { special: settings, never: /^--(?:(?:set-|update-)?secrets?)$/ }
const snmp: Program = { next: ['-A', '-X', '-c'], glued: ['-c'] }
const desktop: Program = { glued: ['/p:', '/pth:', '/gp:'], next: ['-p'] }
const http: Program = { user: ['-a', '--auth'], next: ['--bearer'], special: httpWords }

/** Every program whose secrets a flag's name does not tell; the names of several that do alike stand in one text. */
export const table: Record<string, Program> = {
  // databases
  ...named(
    'mysql mysqldump mysqladmin mysqlimport mysqlshow mysqlcheck mysqlslap mysqlbinlog mysqlpump mysqlsh',
    mysql,
  ),
  ...named('mariadb mariadb-dump mariadb-admin mariadb-import mariadb-show mariadb-check mariadb-binlog', mysql),
  mycli: { ...mysql, next: ['-p'] },
  ...named('mongo mongosh mongodump mongorestore mongoexport mongoimport mongostat mongotop mongofiles', p),
  ...named('cqlsh mydumper myloader', p),
  influx: { next: ['-p', '-t'] },
  ...named(
    'cypher-shell couchbase-cli cbq cbbackupmgr arangosh elasticsearch-users elasticsearch-reset-password clickhouse-client',
    nextP,
  ),
  ...named('redis-cli valkey-cli keydb-cli', redis),
  ...named('psql pg_dump pg_dumpall pg_restore createdb dropdb createuser dropuser vacuumdb reindexdb pgbench', {
    none: /^--password$/,
  }),
  ...named('sqlcmd bcp tsql osql', capitalP),
  isql: { ...capitalP, places: ['_ _ *'], valued: /^-[UPSdm]$/ },
  ...named('sqlplus impdp expdp imp exp sqlldr rman sqlcl sql dbca tnsping', { special: userSlashPassword }),
  db2: { places: ['connect to _ user _ using *', 'user _ using *'] },
  ...named('vsql vertica', w),
  nodetool: pw,
  etcdctl: { user: ['--user'], places: ['user add :', 'user passwd _ *'] },
  // message brokers, monitoring
  ...named('mosquitto_pub mosquitto_sub mosquitto_rr mqttx', capitalP),
  mqtt: { next: ['-pw', '-P'] },
  mosquitto_passwd: { places: ['-b _ _ *', '-c -b _ _ *', '-[bcU]*b[cU]* _ _ *'] },
  rabbitmqadmin: p,
  rabbitmqctl: {
    places: ['add_user|change_password|authenticate_user _ *'],
    valued: /^(?:-[npt]|--(?:node|vhost|timeout))$/,
  },
  ...named('snmpget snmpwalk snmpset snmpgetnext snmpbulkget snmpbulkwalk snmptrap snmptable snmpdf snmpstatus', snmp),
  onesixtyone: { places: ['_ *'] },
  ...named('grafana-cli grafana', { places: ['reset-admin-password *'] }),
  nats: { next: ['--nkey'] },
  // containers, clouds
  ...named('docker podman nerdctl buildah skopeo helm oras crane regctl ibmcloud tanzu rancher conan', login),
  az: { ...login, also: [{ next: ['--value'], after: /^secret$/ }] },
  cf: { ...login, places: ['auth _ *', 'create-user _ *'] },
  oc: { ...login, special: settings },
  ...named('vault bao', {
    ...secrets,
    places: ['operator unseal *', 'unseal *', 'token (?:lookup|revoke|renew) *', 'unwrap *'],
  }),
  aws: { ...secrets, also: [{ next: ['--value'], after: /^put-parameter$/ }] },
  ...named(
    'kubectl gcloud pulumi heroku gh wrangler conda set setenv setx npm pnpm yarn git pip pip3 railway firebase',
    secrets,
  ),
  supabase: { ...secrets, also: [{ next: ['-p'], after: /^(?:db|link|projects)$/ }] },
  dotnet: { ...secrets, also: [{ next: ['-k'], after: /^push$/ }] },
  ...named('fly flyctl', { ...secrets, next: ['-t'] }),
  b2: { places: ['authorize[-_]account _ *', 'account authorize _ *'] },
  swift: { next: ['-K'] },
  confluent: { places: ['api-key store _ *'] },
  openvpn: { none: /^--auth-user-pass$/ },
  poetry: {
    ...secrets,
    also: [{ next: ['-p'], after: /^publish$/ }],
    places: ['config http-basic\\..* _ *', 'config pypi-token\\..* *'],
  },
  bundle: { places: ['config (?:gems|enterprise)\\S* :', 'config [^-]\\S+\\.\\S+ :', 'config set [^-]\\S+ :'] },
  crudini: { places: [`--set _ _ ${secretName} *`] },
  dvc: { places: [`remote modify _ ${secretName} *`] },
  kaggle: { next: ['-v'], after: /^config$/ },
  composer: {
    places: [
      'config (?:http-basic|http-digest)\\..* _ *',
      'config (?:bearer|(?:gitlab|github)-\\w+|bitbucket-oauth)\\..* *+',
    ],
  },
  mc: { places: ['alias set _ _ * *', 'config host add _ _ * *', 'admin user add _ _ *'] },
  netlify: { special: settings, places: ['env:set _ *'] },
  doppler: { special: settings, places: ['secrets set [A-Z]\\w* *'] },
  infisical: { special: settings },
  chamber: { places: ['write _ _ *'] },
  glab: { places: ['variable (?:set|update) _ *'] },
  drone: { next: ['--data'] },
  doctl: { next: ['-t'], after: /^auth$/ },
  influxctl: { next: ['-t'] },
  consul: { places: ['acl set-agent-token _ *'] },
  ngrok: { special: behind(/^(?:add-)?authtoken$/), user: ['--basic-auth'] },
  cloudflared: { places: ['service install *'] },
  qm: { next: ['--cipassword'] },
  govc: { user: ['-u'], special: addressWords },
  virsh: { none: /^--secret$/, next: ['--base64'], after: /^secret-set-value$/ },
  multipass: { places: ['authenticate *'] },
  ...named('pro ua', { places: ['attach *'] }),
  ...named('rhc', nextP),
  knife: capitalP,
  codecov: { next: ['-t'] },
  wandb: { places: ['login *'] },
  ...named('snyk', { places: ['auth *'] }),
  twilio: { places: ['login * _'] },
  llm: { next: ['--value'] },
  ...named('jenkins-cli jenkins-cli.jar', { user: ['-auth'] }),
  java: { user: ['-auth'] },
  // packages
  ...named('twine', p),
  cargo: { places: ['login *'] },
  nuget: { places: ['(?:setapikey|setApiKey|SetApiKey) *', 'push _ *'] },
  ...named('vsce ovsx', nextP),
  mix: { next: ['--key'], after: /^hex\./ },
  // password managers, keys
  bw: { places: ['unlock *', 'login _ *'], valued: /^--(?:method|code|session)$/, next: ['--session'] },
  security: {
    also: [
      { next: ['-w'], after: /^add-(?:generic|internet)-password$/ },
      { next: ['-p'], after: /^(?:unlock-keychain|create-keychain)$/ },
      { next: ['-o', '-p'], after: /^set-keychain-password$/ },
      { next: ['-P'], after: /^(?:import|export)$/ },
      { next: ['-k'], after: /^set-key-partition-list$/ },
    ],
  },
  sops: { places: ['set _ _ *'] },
  'ansible-vault': {
    places: ['encrypt_string *'],
    valued: /^(?:-n|--(?:vault-id|name|stdin-name|vault-password-file|encrypt-vault-id))$/,
  },
  rclone: { special: behind(/^(?:pass|password|token|client_secret|secret_access_key)$/, 3), places: ['obscure *'] },
  ccrypt: { glued: ['-K'], next: ['-K'] },
  mcrypt: { glued: ['-k'], next: ['-k'] },
  steghide: { next: ['-p'] },
  ...named('veracrypt truecrypt', nextP),
  'ssh-keygen': { next: ['-N', '-P'], glued: ['-N', '-P'] },
  openssl: { next: ['-k', '-K', '-hmac'], none: /^-pass(?:in|out)?$/, special: opensslWords },
  signtool: { next: ['/p', '-p'] },
  htpasswd: { special: htpasswdWords },
  mkpasswd: { places: ['*'], valued: /^(?:-[mRSP]|--(?:method|rounds|salt|password-fd))$/ },
  slappasswd: { next: ['-s'], glued: ['-s'] },
  wpa_passphrase: { places: ['_ *'] },
  // archives, documents
  ...named('7z 7za 7zr 7zz p7zip', { glued: ['-p'] }),
  ...named('rar unrar', { glued: ['-hp', '-p'] }),
  ...named('zip zipcloak unzip zipinfo', { special: zipWords }),
  ...named('pdftk pdftotext pdftoppm pdfimages pdfinfo', { next: ['-upw', '-opw', 'user_pw', 'owner_pw', 'input_pw'] }),
  qpdf: { places: ['--encrypt * * _'] },
  // HTTP, mail, files
  curl: {
    next: ['--oauth2-bearer'],
    user: ['-u', '--user', '-U', '--proxy-user', '-E', '--cert', '--proxy-cert'],
    special: curlWords,
  },
  ...named('http https xh xhs httpie', http),
  ab: { user: ['-A', '-P'] },
  hey: { user: ['-a'] },
  ...named('transmission-remote', { user: ['-n', '--auth'] }),
  ...named('ttyd gotty', { user: ['-c', '--credential'] }),
  wget: {},
  ...named('yt-dlp youtube-dl', p),
  lftp: { user: ['-u', '--user'], between: /,/ },
  ...named('ncftp ncftpput ncftpget ncftpls', nextP),
  swaks: { next: ['-ap'] },
  sendemail: { next: ['-xp'] },
  doveadm: { next: ['-p'], places: ['auth (?:test|login) _ *'] },
  testsaslauthd: nextP,
  prosodyctl: { places: ['register _ _ *', 'passwd _ *'] },
  ejabberdctl: { places: ['(?:register|change_password) _ _ *'] },
  register_new_matrix_user: nextP,
  ...named('drush', { places: ['(?:user:password|user-password|upwd) _ *'] }),
  'bitcoin-cli': { places: ['walletpassphrase *', 'encryptwallet *', 'walletpassphrasechange * *', 'importprivkey *'] },
  steamcmd: { places: ['\\+login _ *'] },
  // remote access, networks
  sshpass: { special: sshpassWords },
  ...named('plink pscp psftp putty kitty winscp', pw),
  ...named('xfreerdp xfreerdp3 wlfreerdp sdl-freerdp rdesktop', desktop),
  ipmitool: capitalP,
  ...named('racadm idracadm7 openfortivpn medusa smbmap kerbrute bloodhound-python ldapdomaindump psexec', nextP),
  ...named('crackmapexec netexec nxc evil-winrm', { next: ['-p', '-H'] }),
  hydra: nextP,
  nmcli: {
    next: [
      'password',
      'wifi-sec.psk',
      '802-11-wireless-security.psk',
      'ifname-password',
      '802-1x.password',
      'wifi-sec.wep-key0',
      '+vpn.secrets',
    ],
  },
  ...named('wpa_cli', { places: ['set_network _ (?:psk|password|wep_key\\d) *'] }),
  iwconfig: { next: ['key'] },
  networksetup: { places: ['-setairportnetwork _ _ *'] },
  netsh: { glued: ['key=', 'keyMaterial='] },
  ...named('smbclient', {
    ...samba,
    places: ['//\\S+ *'],
    valued: /^(?:-[UIpWOmnAtbTDcEk]|--(?:user|port|workgroup|authentication-file|command|directory))$/,
  }),
  ...named('rpcclient smbget winexe smbcacls smbcquotas', samba),
  net: { ...samba, places: ['use _ \\\\\\S+ *', 'use \\\\\\S+ *', 'user _ *'] },
  ...named(
    'psexec.py secretsdump.py wmiexec.py smbexec.py atexec.py dcomexec.py GetUserSPNs.py GetNPUsers.py mssqlclient.py smbclient.py lookupsid.py ticketer.py',
    { special: addressWords },
  ),
  ...named(
    'impacket-psexec impacket-secretsdump impacket-wmiexec impacket-smbexec impacket-atexec impacket-mssqlclient impacket-GetUserSPNs impacket-smbclient',
    { special: addressWords },
  ),
  // directories, users
  ...named('ldapsearch ldapadd ldapmodify ldapdelete ldapwhoami ldapcompare ldapmodrdn dsconf dsidm', w),
  ldappasswd: { next: ['-w', '-s', '-a'] },
  kadmin: { next: ['-w', '-pw'], special: behind(/^-pw$/) },
  ...named('kadmin.local addprinc ank cpw change_password modprinc', { next: ['-pw'] }),
  'ipa-client-install': { next: ['-w'] },
  ...named('ipa-server-install ipa-replica-install', { next: ['-a', '-p', '-w', '-P'] }),
  'samba-tool': { places: ['user (?:create|add|setpassword) _ *'] },
  dscl: { none: /^-passwd$/, places: ['_ -passwd _ *', '_ -create _ Password *'] },
  dsadd: { next: ['-pwd'] },
  schtasks: { next: ['/rp'] },
  sc: { next: ['password='] },
  ...named('useradd usermod', { next: ['-p', '--password'] }),
  p4: { next: ['-P'] },
  cvs: { next: [], special: addressWords },
  jq: { special: optionWords(/^--arg(?:json)?$/) },
  ntfy: { special: optionWords(/^(?:-o|--option)$/) },
  lpass: { none: /^--password$/ },
  adduser: { none: /^--disabled-password$/ },
  vncviewer: { none: /^-passwd$/ },
  ...named('ffmpeg ffprobe x264 x265 HandBrakeCLI find', { none: /^--?pass$/ }),
}

function named(names: string, program: Program): Record<string, Program> {
  return Object.fromEntries(names.split(' ').map((name) => [name, program]))
}
