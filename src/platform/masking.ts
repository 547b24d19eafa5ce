import { cut, cutMark, oneLine } from './text.ts'

/** What no line may show: the secrets in every form that they may take, the longest first. */
let secrets: string[] = []
const known = new Set<string>()

/** From now on no line of ours shows this value. */
export function hideSecret(secret: string): void {
  // A secret of one or two characters would turn ordinary words into stars and hide nothing.
  if (secret.length <= 2 || known.has(secret)) return
  known.add(secret)
  // A secret may be a part of another one, whose rest would be left.
  secrets = [...new Set([...secrets, ...formsOf(secret)])].sort((one, other) => other.length - one.length)
}

/**
 * `text` without any secret that this run knows.
 *
 * @param least shorter ones are left: in what somebody else wrote they are words (UTF-16 units)
 */
export function withoutSecrets(text: string, least = 0): string {
  const forms = secrets.filter((form) => form.length >= least)
  return withoutHalves(
    forms.reduce((result, form) => result.replaceAll(form, '***'), text),
    forms,
  )
}

/** Shorter beginnings of a secret are words, in characters. */
const shortestHalf = 4

/** What a cut has left of a secret, before its mark. */
function withoutHalves(text: string, forms: string[]): string {
  if (forms.length === 0 || !text.includes(cutMark)) return text
  const parts = text.split(cutMark)
  return parts.map((part, index) => (index + 1 < parts.length ? withoutHalf(part, forms) : part)).join(cutMark)
}

function withoutHalf(text: string, forms: string[]): string {
  for (const form of forms) {
    for (let length = Math.min(form.length - 1, text.length); length >= shortestHalf; length--) {
      if (text.endsWith(form.slice(0, length))) return `${text.slice(0, -length)}***`
    }
  }
  return text
}

/** So much of a foreign text is looked at for each character that is shown of it. */
const readFor = 64

/**
 * What somebody else wrote, a program or a service, as a part of a line of ours. The only way to shorten such a text:
 * the secrets go first, because half of one could no longer be recognised.
 *
 * @param most characters
 */
export function excerpt(text: string, most = 200): string {
  const line = oneLine(withoutSecrets(text).slice(0, most * readFor)).trim()
  // Escape sequences may have stood within one.
  return cut(withoutSecrets(line), { max: most, unit: 'codepoints' })
}

/** A notification's own text without the secrets of the configuration. */
export function withoutOurSecrets(text: string): string {
  return withoutSecrets(text, 6)
}

/** As it is, in an address, in a form, in JSON, in base64 (as in the Authorization header, where a user precedes it). */
function formsOf(secret: string): string[] {
  const text = secret.toWellFormed()
  const inAddress = encodeURIComponent(text)
  const forms = [secret, inAddress, inAddress.replaceAll('%20', '+'), JSON.stringify(secret).slice(1, -1)]
  return [...forms, ...base64Forms(text)].filter((form) => form.length > 2)
}

/**
 * What base64 makes of a secret, whatever stands before and after it: three bytes become four characters, so that there
 * are three ways, of which the characters at the ends also hold bits of the neighbours.
 */
function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret)
  // The characters that are the secret's alone would be too few to be sure.
  if (bytes.length < 6) return []
  return [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    const from = Math.ceil((before * 8) / 6)
    const own = whole.slice(from, Math.floor(((before + bytes.length) * 8) / 6))
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')]
  })
}
