import { nameOf, type Program, programOf } from './programs.ts'
import { addAll } from './ranges.ts'
import { whole } from './special.ts'
import { isSecret } from './values.ts'
import type { Hit } from './words.ts'

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

/** Does a flag that sounds so carry no secret of this program? */
export function carriesNone(words: string[], program: number, flag: string): boolean {
  return programOf(words[program])?.none?.test(flag) === true
}

/** Does this command read a secret from its input? */
export function readsSecret(words: string[]): boolean {
  const flag = /^--?(?:password-?stdin|with-token|token-stdin|passphrase-fd|stdin|api-key-stdin|.*-stdin)$/
  const asked = words.findLastIndex((word) => /^-[a-zA-Z]*S/.test(word))
  return words.some(
    (word, index) =>
      flag.test(word) ||
      reading.test(nameOf(word)) ||
      (word === 'sudo' && index < asked) ||
      (/^(?:secret|login)$/.test(word) && /^(?:-|set|create)$/.test(words[index + 1] ?? '')),
  )
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
