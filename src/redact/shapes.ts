import { type Shape, shapes } from './gitleaks/shapes.ts'
import { privateKeysIn } from './private-keys.ts'
import type { Range } from './ranges.ts'

/** What else keys of well-known services look like, as their makers document them. */
const others: Shape[] = [
  // Google: of OAuth; NVIDIA, Groq, xAI, Replicate, Fireworks, Cerebras, Tavily, LangSmith, Vercel, Resend, Render
  [['ya29.', 'GOCSPX-', '1//0'], /(?<![\w-])(?:ya29\.|GOCSPX-|1\/\/0)[\w-]{20,}/g],
  ['nvapi-', /(?<![\w-])nvapi-[\w-]{40,}/g],
  [['gsk', 'xai', 'r8', 'hf', 'fw'], /(?<![\w-])(?:gsk|xai|r8|hf|fw)[-_](?=[A-Za-z]*\d|[A-Za-z]{30})[A-Za-z0-9]{30,}/g],
  [['csk-', 'tvly-', 'lsv2_', 'rnd_'], /(?<![\w-])(?:csk-|tvly-|lsv2_(?:pt|sk)_|rnd_)(?=[\w-]*\d)[\w-]{20,}/g],
  ['vc', /(?<![\w-])vc[piark]_(?=[A-Za-z]*\d|[A-Za-z]{24})[A-Za-z0-9]{24,}/g],
  ['vercel_blob_rw_', /(?<![\w-])vercel_blob_rw_\w{20,}/g],
  ['re_', /(?<![\w-])re_[A-Za-z0-9]{8}_[A-Za-z0-9]{20,}/g],
  // Discord: addresses of webhooks, tokens of bots
  ['/webhooks/', /(?<=discord(?:app)?\.com\/api\/(?:v\d+\/)?webhooks\/\d{5,25}\/)[\w-]{16,}/g],
  ['.', /(?<![\w-])[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,40}(?![\w-])/g],
  // Telegram: in addresses "bot" stands before it
  [':', /(?<!\d)\d{6,12}:[A-Za-z0-9_-]{33,40}(?![\w-])/g],
  // Stripe's and others' webhooks; crates.io, Docker, Figma, Supabase, Netlify, Shopify, Tailscale, NuGet, Twitch
  ['whsec_', /(?<![A-Za-z0-9])whsec_[A-Za-z0-9+/]{16,}={0,2}/g],
  [['dckr_', 'cio'], /(?<![\w-])(?:dckr_(?:pat|oat)|cio)_?[\w-]{20,}/g],
  [['figd_', 'sbp_', 'nfp_'], /(?<![\w-])(?:figd_|sbp_|nfp_)[\w-]{20,}/g],
  [['sb_secret_', 'sb_publishable_'], /(?<![\w-])sb_secret_[\w-]{20,}/g],
  ['tskey-', /(?<![\w-])tskey-[\w-]{16,}/g],
  ['oy2', /(?<![\w-])oy2[a-z0-9]{43}(?!\w)/g],
  ['live_', /(?<![\w-])live_\d{6,12}_[A-Za-z0-9]{20,}/g],
  // SonarQube, Buildkite, CircleCI, Codacy, Cloudinary, PostHog, Mapbox, DeepL, IFTTT, Contentful, ntfy
  [['squ_', 'sqp_', 'sqa_'], /(?<![\w-])sq[upa]_[a-f0-9]{30,}/g],
  [['bkua_', 'CCIPAT_', 'CCIPRJ_'], /(?<![\w-])(?:bkua_|CCIP(?:AT|RJ)_)[\w-]{20,}/g],
  [['phx_', 'CFPAT-'], /(?<![\w-])(?:phx_|CFPAT-)[\w-]{30,}/g],
  ['sk.eyJ', /(?<![\w-])sk\.eyJ[\w-]{20,}\.[\w-]{16,}/g],
  ['/with/key/', /(?<=maker\.ifttt\.com\/[\w{}/-]{1,80}\/with\/key\/)[\w-]{6,}/g],
  // Bitbucket, Pinecone, Razorpay, Neon, Deno, Honeycomb, Snyk, Notion, ElevenLabs, Azure DevOps, LaunchDarkly
  [['ATBB', 'ATCTT3'], /(?<![\w-])(?:ATBB[A-Za-z0-9]{28,}|ATCTT3[\w=-]{30,})/g],
  [
    ['pcsk_', 'napi_', 'ddp_', 'hca', 'snyk_'],
    /(?<![\w-])(?:pcsk_|napi_|ddp_|hca[il]k_|snyk_(?:uat|sat)\.)(?=[\w.-]*\d)[\w.-]{20,}/g,
  ],
  ['rzp_', /(?<![\w-])rzp_(?:live|test)_[A-Za-z0-9]{10,}/g],
  ['secret_', /(?<![\w-])secret_(?=[A-Za-z]*\d)[A-Za-z0-9]{40,}/g],
  ['sk_', /(?<![\w-])sk_[a-f0-9]{40,}/g],
  ['AZDO', /(?<![\w-])[A-Za-z0-9]{70,80}AZDO[A-Za-z0-9]{4}(?!\w)/g],
  [['sdk-', 'api-', 'mob-'], /(?<![\w-])(?:sdk|api)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![\w-])/g],
  ['tk_', /(?<![\w-])tk_[a-z0-9]{29}(?!\w)/g],
  // Docker's swarms, seeds of NATS; hashes of passwords (crypt(5), RFC 2307)
  ['SWMTKN-', /(?<![\w-])SWMTKN-\d-[\w-]{10,}/g],
  ['S', /(?<![\w-])S[UAONCX][A-Z2-7]{56}(?!\w)/g],
  ['$', /(?<![\w$])\$(?:1|5|6|y|gy|7|apr1|2[abxy]?|argon2(?:id?|d))\$[\w./=,+$-]{20,}/g],
  [['{SSHA', '{SHA', '{CRYPT'], /\{(?:SSHA|SHA|CRYPT|SMD5|PBKDF2)(?:\d{0,3})\}[\w./+=$-]{8,}/g],
]

/** Keys of well-known services, and private keys in PEM, wherever they stand. */
export function keysIn(text: string): Range[] {
  const ranges = privateKeysIn(text)
  for (const list of [shapes, others]) {
    for (const [words, look] of list) {
      if (typeof words === 'string' ? !text.includes(words) : !words.some((word) => text.includes(word))) continue
      for (const found of text.matchAll(look)) ranges.push({ start: found.index, end: found.index + found[0].length })
    }
  }
  return ranges
}
