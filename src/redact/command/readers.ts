import { isSecretName } from '../names.ts'
import { nameOf } from '../programs/index.ts'

/** Programs that read a secret from their input, whatever their arguments are. */
const always = new Set(
  (
    'chpasswd cryptsetup kinit smbpasswd passwd pdbedit vncpasswd x11vnc realm adcli wpa_passphrase saslpasswd2 kpcli ' +
    'keepassxc-cli kpasswd su grub-mkpasswd-pbkdf2 secret-tool logstash-keystore elasticsearch-keystore ' +
    'opensearch-keystore kubeseal mysql_config_editor systemd-creds veracrypt encfs gocryptfs juju keyring openconnect debconf-set-selections pveum'
  ).split(' '),
)

/** Programs that read one only with certain arguments, and those arguments. */
const withArguments: [RegExp, RegExp][] = [
  [/^(?:go)?pass$/, /^(?:insert|edit)\b/],
  [/^(?:htpasswd|mkpasswd)$/, /(?:^| )-[a-zA-Z]*[is]/],
  [/^wg$/, /^pubkey/],
  [/^p4$/, /\blogin\b/],
  [/^op$/, /\b(?:signin|create|edit)\b/],
  [/^(?:az|teamcity|vsts)$/, /\blogin\b/],
  [/^bw$/, /^(?:unlock|login|encode)/],
  [/^lpass$/, /^(?:add|edit|login)/],
  [/^gh$/, /^(?:secret set|auth login)/],
  [/^glab$/, /^(?:variable set|auth login)/],
  [/^(?:wrangler|npx|yarn|pnpm)$/, /\bsecret (?:put|bulk)\b/],
  [/^(?:vercel|netlify|now)$/, /\benv(?: add|:set)\b/],
  [/^(?:docker|podman|nerdctl)$/, /^secret create\b/],
  [/^gcloud$/, /\bsecrets (?:create|versions add)\b/],
  [/^(?:vault|bao)$/, /^(?:login|kv (?:put|patch)|write|operator unseal|unwrap)\b.*(?: -$|=-(?: |$)|^login)/],
  [/^ansible-vault$/, /^encrypt_string/],
  [/^zfs$/, /^(?:load-key|create|change-key)/],
  [/^expressvpn$/, /^activate/],
  [/^solana-keygen$/, /^recover/],
  [/^ssh-add$/, /(?:^| )-(?: |$)/],
  [/^openssl$/, /\bstdin\b/],
  [/^(?:fly|flyctl|supabase|heroku|doppler|infisical|chamber)$/, /\bsecrets? (?:import|set|write|upload)\b|^write /],
  [/^hcloud$/, /^context create\b/],
  [/^ipa$/, /--password\b|^passwd/],
  [/^htdigest$/, /./],
  [
    /^(?:ssh-keygen|kadmin|ktutil|sudo|mysql_config_editor|ldappasswd|slappasswd)$/,
    /(?:^| )(?:-[a-zA-Z]*S|-s \/dev\/stdin|-y|-W|-password)\b/,
  ],
  [
    /^(?:terraform|tofu|snyk|wandb|huggingface-cli|hf|ngrok|cargo|npm|twilio|cf|tailscale|flyctl)$/,
    /^(?:login|auth|token|up)\b.* -$|^login$/,
  ],
]

/** Flags that say so for any program: `--password-stdin`, `-stdinpass`, `--passphrase-fd 0`. */
const flag =
  /^--?(?:[\w-]*(?:pass(?:word|wd|phrase)?|token|key|secret|otp|pin)[-_]?(?:on[-_])?std-?in|(?:pass\w*[-_])?stdin|std-?in(?:[-_]?\w*(?:pass|name|token|key)\w*)?|with-token|passphrase-fd|[\w-]*-stdin)$/

/** Does this command read a secret from its input? */
export function readsSecret(words: string[], program = 0): boolean {
  if (readsVariable(words, program)) return true
  return words.some((word, index) => {
    if (flag.test(word) || word === 'password_stdin' || always.has(nameOf(word))) return true
    if (word === 'sudo' && words.slice(index + 1, index + 8).some((next) => /^(?:-[a-zA-Z]*S|--stdin)/.test(next)))
      return true
    if (/^secrets?$/.test(word) && /^(?:-|set|create|put|add)$/.test(words[index + 1] ?? '')) return true
    if (index > program + 3) return false
    const name = nameOf(word)
    const entries = withArguments.filter(([known]) => known.test(name))
    if (entries.length === 0) return false
    const rest = words
      .slice(index + 1, index + 12)
      .join(' ')
      .slice(0, 200)
    return entries.some(([, known]) => known.test(rest) || known.test(rest.replace(/^(?:-\S+ )+/, '')))
  })
}

/** `read -r PASSWORD <<< x` */
function readsVariable(words: string[], program: number): boolean {
  return words[program] === 'read' && words.slice(program + 1).some((word) => isSecretName(word))
}
