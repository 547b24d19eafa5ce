import { type SimpleCommand, simpleCommands } from './simple-commands.ts'

/**
 * Options of programs that run another one which are followed by a value, also as the last of several letters
 * (`sudo -iu me`); their other options stand alone.
 */
const wrappers: Record<string, RegExp> = {
  sudo: /^-[AbBEeHiKklNnPSsvV]*[CDghpRrTtUu]$|^--(?:user|group|host|prompt|chdir|chroot|role|type|close-from)$/,
  doas: /^-[Lns]*[Cu]$/,
  env: /^-[i0v]*[uCS]$|^--(?:unset|chdir)$/,
  time: /^-[apqvV]*[fo]$|^--(?:format|output)$/,
  nice: /^-n$|^--adjustment$/,
  ionice: /^-[cnp]$/,
  chrt: /^$/,
  nohup: /^$/,
  setsid: /^$/,
  stdbuf: /^-[ioe]$/,
  timeout: /^-[ks]$/,
  command: /^$/,
  builtin: /^$/,
  exec: /^-[cl]*a$/,
  noglob: /^$/,
  nocorrect: /^$/,
  rlwrap: /^$/,
}

/** Shells that run a line which is given as a word. */
const shells = new Set(['sh', 'bash', 'dash', 'zsh', 'ksh', 'ash', 'fish'])

/**
 * The words of the program that a simple command runs in the end: seen through `sudo`, `env`, `time` and the like, the
 * program's name without its folder. Empty where they run nothing else (`sudo -i`).
 */
export function innerWords({ words }: SimpleCommand): string[] {
  const rest = [...words]
  for (;;) {
    const word = rest.shift()
    if (word === undefined) return []
    const name = word.slice(word.lastIndexOf('/') + 1)
    const withValue = Object.hasOwn(wrappers, name) ? wrappers[name] : undefined
    if (withValue === undefined) return [name, ...rest]
    const before = rest.length
    while (rest[0] !== undefined && (rest[0].startsWith('-') || /^[A-Za-z_]\w*=/.test(rest[0]))) {
      const option = rest.shift() ?? ''
      if (option === '--') break
      if (withValue.test(option)) rest.shift()
    }
    // `sudo -i` and `time` alone run nothing else; `timeout` and `chrt` have a word of their own before the command.
    if (rest.length === 0) return before === 0 ? [name] : []
    if (name === 'timeout' || name === 'chrt') rest.shift()
  }
}

/** The words of every program that a line runs, also those of `sh -c 'line'`. */
export function innerCommands(line: string): string[][] {
  return simpleCommands(line).flatMap((simple) => {
    const words = innerWords(simple)
    const [program = '', option = '', script] = words
    const nested =
      shells.has(program) && /^-[a-z]*c$/.test(option) && script !== undefined && script.length < line.length
    return nested ? [words, ...innerCommands(script)] : [words]
  })
}
