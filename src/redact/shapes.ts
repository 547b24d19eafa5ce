import type { Range } from './ranges.ts'

/**
 * What keys of well-known services look like, as their makers document them. Each begins where no letter, digit or
 * hyphen precedes it and takes a run that cannot begin anew inside, so that looking for it takes linear time.
 */
const shapes = [
  // AWS: access key ids, and keys of Bedrock
  /(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16}(?![A-Za-z0-9])/g,
  /(?<![\w-])ABSK[A-Za-z0-9+/]{40,}={0,2}/g,
  // GitHub, GitLab
  /(?<![A-Za-z0-9])gh[pousr]_[A-Za-z0-9]{16,}/g,
  /(?<!\w)github_pat_\w{20,}/g,
  /(?<![\w-])gl(?:pat|dt|rt|rtr|cbt|ptt|ft|soat|agent|oas|ffct|imt)-[\w.-]{16,}/g,
  // Slack: tokens, and the addresses of webhooks
  /(?<![A-Za-z0-9])xox[abeoprs]-[A-Za-z0-9-]{8,}/g,
  /(?<![\w-])(?:xapp|xoxe\.xox[bp])-[\w-]{10,}/g,
  /(?<=hooks\.slack\.com\/(?:services|workflows|triggers)\/)[A-Za-z0-9/_-]{8,}/g,
  // Discord: addresses of webhooks, tokens of bots
  /(?<=discord(?:app)?\.com\/api\/(?:v\d+\/)?webhooks\/\d{5,25}\/)[\w-]{16,}/g,
  /(?<![\w-])[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,40}(?![\w-])/g,
  // Stripe
  /(?<![A-Za-z0-9])(?:sk|rk|pk)_(?:live|test|prod)_[A-Za-z0-9]{8,}/g,
  /(?<![A-Za-z0-9])whsec_[A-Za-z0-9+/]{16,}={0,2}/g,
  // OpenAI, Anthropic and others that followed them
  /(?<![\w-])sk-(?=[A-Za-z_-]*\d)[\w-]{20,}/g,
  /(?<![\w-])(?:gsk|xai|r8|hf|fw|pplx)[-_](?=[A-Za-z]*\d|[A-Za-z]{30})[A-Za-z0-9]{30,}/g,
  // Google
  /(?<![\w-])AIza[\w-]{30,}/g,
  /(?<![\w-])(?:ya29\.|GOCSPX-|1\/\/0)[\w-]{20,}/g,
  // Telegram: in addresses "bot" stands before it
  /(?<!\d)\d{6,12}:[A-Za-z0-9_-]{33,40}(?![\w-])/g,
  // HashiCorp: Vault, Terraform
  /(?<![\w-])hv[sbr]\.[\w-]{20,}/g,
  /(?<![\w.-])[sbr]\.[A-Za-z0-9]{24}(?![\w.-])/g,
  /(?<![\w.-])[A-Za-z0-9]{14}\.atlasv1\.[\w-]{40,}/g,
  // npm, PyPI, RubyGems, crates.io, Docker, JFrog
  /(?<![\w-])npm_[A-Za-z0-9]{30,}/g,
  /(?<![\w-])pypi-[\w-]{32,}/g,
  /(?<![\w-])rubygems_[a-f0-9]{32,}/g,
  /(?<![\w-])(?:dckr_(?:pat|oat)|cio)_?[\w-]{20,}/g,
  // Twilio, SendGrid, Mailgun, Mailchimp
  /(?<![A-Za-z0-9])SK[0-9a-f]{32}(?![A-Za-z0-9])/g,
  /(?<![\w-])SG\.[\w-]{16,}\.[\w-]{16,}/g,
  /(?<![\w-])key-[0-9a-f]{32}(?![\w-])/g,
  /(?<![\w-])[0-9a-f]{32}-us\d{1,2}(?![\w-])/g,
  // DigitalOcean, Heroku, Cloudflare, Fly, Netlify, Databricks, Doppler, Pulumi, Grafana, New Relic, Sentry, Linear
  /(?<![\w-])do[opr]_v1_[a-f0-9]{32,}/g,
  /(?<![\w-])(?:HRKU-|nfp_|fm\d_|lin_api_|ntn_|figd_|sbp_|pscale_(?:tkn|pw|oauth)_|PMAK-|shp(?:at|ca|pa|ss)_|NRAK-|dp\.(?:pt|st|ct|sa|scim|audit)\.)[\w-]{20,}/g,
  /(?<![\w-])(?:dapi|pul-)[a-f0-9]{32,}/g,
  /(?<![\w-])(?:glsa|glc|sntr[yu]s)_[\w+/=.-]{20,}/g,
  // Atlassian, Tailscale, age, ntfy
  /(?<![\w-])ATATT3[\w=-]{30,}/g,
  /(?<![\w-])tskey-[\w-]{16,}/g,
  /(?<![\w-])AGE-SECRET-KEY-1[A-Z0-9]{20,}/g,
  /(?<![\w-])tk_[a-z0-9]{29}(?!\w)/g,
  // JSON Web Tokens
  /(?<![\w-])eyJ[\w-]{6,}\.eyJ[\w-]{6,}(?:\.[\w-]*)?/g,
]

/** Keys of well-known services, and private keys in PEM, wherever they stand. */
export function keysIn(text: string): Range[] {
  const ranges = privateKeysIn(text)
  for (const shape of shapes) {
    for (const found of text.matchAll(shape)) ranges.push({ start: found.index, end: found.index + found[0].length })
  }
  return ranges
}

/** What stands between the lines of a private key; of one that was cut, up to a quote or the end. */
function privateKeysIn(text: string): Range[] {
  const ranges: Range[] = privateKeysWithoutBegin(text)
  const begin = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g
  for (let found = begin.exec(text); found; found = begin.exec(text)) {
    const start = begin.lastIndex
    // Lines of an encrypted key have hyphens: `Proc-Type: 4,ENCRYPTED`.
    const body = /[^"'`-]*(?:-(?!----)[^"'`-]*)*/y
    body.lastIndex = start
    const content = body.exec(text)?.[0] ?? ''
    const end = start + content.length
    const inner = content.replace(/^(?:\s|\\n)+/, '')
    const trimmed = inner.replace(/(?:\\n)+$/, '').trimEnd()
    if (trimmed !== '') ranges.push({ start: end - inner.length, end: end - inner.length + trimmed.length })
    begin.lastIndex = end
  }
  return ranges
}

const keyEnd = /^(\s*)-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/
const base64Line = /^\s*[A-Za-z0-9+/=]+\s*$/

/** A text that begins in the middle of a private key: the lines before its end that look like one. */
function privateKeysWithoutBegin(text: string): Range[] {
  const ranges: Range[] = []
  if (!text.includes('-----END ')) return ranges
  let at = 0
  let body: Range | undefined
  for (const line of text.split('\n')) {
    if (base64Line.test(line)) {
      body = { start: body?.start ?? at + line.search(/\S/), end: at + line.trimEnd().length }
    } else {
      if (body !== undefined && keyEnd.test(line)) ranges.push(body)
      body = undefined
    }
    at += line.length + 1
  }
  return ranges
}
