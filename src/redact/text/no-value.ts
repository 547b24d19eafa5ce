import { isHarmless, isLikely, isStatement, isType } from '../values.ts'
import type { Pair } from './pair.ts'

/** Prose and code have such words too: what follows them there is no value. */
export function isNoValue(text: string, pair: Pair, start: number, value: string): boolean {
  const { name, separator, quote, spaced, gap } = pair
  const end = start + value.length
  if (pair.option && /^(?:env|file)$/.test(value)) return true
  if (isHarmless(name, value) || isCode(value + (text[end] ?? ''))) return true
  // `this.token = token`, `{ password: req.body.password }`
  if (
    /^[A-Za-z_]\w*(?:\.\w+)*$/.test(value) &&
    value.split('.').at(-1) === name.split('.').at(-1) &&
    (value.includes('.') || spaced)
  )
    return true
  // A help: `--secret=NAME   the name`
  if (pair.option && /^[A-Z][A-Z_]*$/.test(value) && /^ {2,}\S/.test(text.slice(end, end + 9))) return true
  if (separator === ':' && complaint.test(pair.lead) && !isLikely(value)) return true
  if (separator === '=' && (spaced || gap > 0)) {
    if (/^(?:await|new|yield|async|function|lambda|typeof|not|None|self|this)$/.test(value)) return true
    if (/^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$/.test(value)) return true
  }
  if (separator !== ':') return false
  if (isType(value + (/[\w<[(|]/.test(text[end] ?? '') ? text[end] : '')) && quote === '') return true
  // `volume "token": secret "x" not found`
  if (quote !== '' && /^[a-z]+$/.test(value) && /^ +["'\w]/.test(text.slice(end, end + 9))) return true
  if (quote !== '' || pair.flow || pair.option || gap === 0) return false
  if (isStatement(value)) return true
  return /^[A-Za-z]+$/.test(value) && !/^[ \t.]*(?:\n|$)/.test(text.slice(end, end + 40))
}

/** `invalid token: x` */
const complaint = /(?:invalid|unexpected|bad|wrong|unknown|illegal|expected|missing|duplicate)\s$/i

/** A call, an index or a path of names: `get_token()`, `os.environ[...]`, `process.env.TOKEN`. */
export function isCode(value: string): boolean {
  return /^(?:[A-Za-z_][\w.]*[([]|(?:process\.env|os\.environ|System\.getenv|ENV|env|var|local|secrets|config|self|this|data|module|random_password|req|request|settings|options|args|params|props|ctx|context)\.[\w.]+$)/.test(
    value,
  )
}
