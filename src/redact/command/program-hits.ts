import { nameOf, programOf } from '../programs/index.ts'
import { hitsByPlace } from '../programs/places.ts'
import type { Program } from '../programs/program.ts'
import { putValues } from '../programs/setting-words.ts'
import { whole } from '../programs/special-words.ts'
import type { Hit } from '../ranges.ts'
import { addAll } from '../ranges.ts'
import { isSecret } from '../values.ts'
import { guessedHits } from './guesses.ts'

/** Programs that run the program that they are given among their words. */
const runner =
  /^(?:ssh|docker|podman|nerdctl|kubectl|oc|xargs|parallel|find|watch|su|chroot|nsenter|unshare|strace|ltrace|gdb|screen|tmux|script|ntfy|time|nix|poetry|uv|npx|heroku|vagrant|docker-compose|sshpass|proot|flatpak|toolbox|distrobox|doppler|op|dotenv|aws-vault|systemd-run|firejail|torsocks|proxychains|winpty|unbuffer|faketime|caffeinate|retry|entr|java|python|python3|node|bash|sh|busybox|php|ruby|infisical|chamber|direnv|mise|asdf|tsocks|trickle|numactl|taskset|setpriv|runuser|gosu|tini|dumb-init|bundle|pdm|hatch|pipenv|rye|bunx|chef)$/

/** The secrets that a program gets by words of its own, also of one that another runs: `ssh host mysql -px`. */
export function programHits(words: string[], first: number): Hit[] {
  const known = programOf(words[first]) !== undefined
  const hits = [...hitsAt(words, first), ...putValues(words, first), ...guessedHits(words, first, known)]
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

/** Does a flag that sounds so carry no secret of this program, as the next word, or behind `=`? */
export function carriesNone(words: string[], program: number, flag: string, separator: ' ' | '='): boolean {
  const { none, never } = programOf(words[program]) ?? {}
  return never?.test(flag) === true || (separator === ' ' && none?.test(flag) === true)
}

function hitsAt(all: string[], first: number): Hit[] {
  const program = programOf(all[first])
  if (program === undefined) return []
  const words = all.slice(first)
  const hits = [program, ...(program.also ?? [])].flatMap((known) => hitsOf(known, words))
  return hits.map((hit) => ({ ...hit, word: hit.word + first }))
}

function hitsOf(program: Program, words: string[]): Hit[] {
  const { special, places, valued, after } = program
  const hits = special?.(words) ?? []
  if (places) addAll(hits, hitsByPlace(words, places, valued))
  const allowed = after === undefined || words.some((word) => after.test(word))
  for (let word = 1; word < words.length; word++) {
    if (allowed) addAll(hits, flagHits(program, words, word))
    addAll(hits, userHits(program, words, word))
  }
  return hits
}

function flagHits({ glued = [], next = [] }: Program, words: string[], word: number): Hit[] {
  const text = words[word] ?? ''
  const value = words[word + 1] ?? ''
  if (next.includes(text) && !value.startsWith('-')) return whole(words, word + 1)
  const long = next.find((known) => known.startsWith('--') && text.startsWith(`${known}=`))
  if (long && isSecret(text.slice(long.length + 1))) return [{ word, start: long.length + 1, end: text.length }]
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
  // A help says so.
  if (/^user(?:name)?:pass(?:word|wd)?$/i.test(value)) return []
  if (cut < 0 || !isSecret(value.slice(start))) return []
  return [{ word: own ? word : word + 1, start, end: value.length }]
}
