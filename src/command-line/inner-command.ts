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
  for (let at = 0; at < words.length; ) {
    const word = words[at++] ?? ''
    const name = word.slice(word.lastIndexOf('/') + 1)
    const withValue = Object.hasOwn(wrappers, name) ? wrappers[name] : undefined
    if (withValue === undefined) return [name, ...words.slice(at)]
    const last = at === words.length
    while (/^-|^[A-Za-z_]\w*=/.test(words[at] ?? '')) {
      const option = words[at++] ?? ''
      if (option === '--') break
      if (withValue.test(option)) at++
    }
    // `sudo -i` and `time` alone run nothing else; `timeout` and `chrt` have a word of their own before the command.
    if (at >= words.length) return last ? [name] : []
    if (name === 'timeout' || name === 'chrt') at++
  }
  return []
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
