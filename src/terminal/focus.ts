import { execFile } from 'node:child_process'
import { fstatSync, readdirSync } from 'node:fs'
import { type ProcessStat, readStat } from '../process/proc.ts'

/**
 * Asks the terminal that we were called from for its focus. bash can see whether something was typed ahead without
 * taking it, which Node cannot; then it is not queried.
 *
 * @returns nothing if it gave no answer, or is another program's at the moment
 */
export function terminalHasFocus(): Promise<'yes' | 'no' | undefined> {
  const own = readStat('self')
  // A background process would be stopped.
  if (own === undefined || own.tty === 0 || own.pgrp !== own.tpgid || feedsPager(own)) return Promise.resolve(undefined)
  return new Promise((resolve) => {
    // Never ended by us: it would leave the terminal without its echo. It takes 0.1 s at most.
    const options = { env: { PATH: process.env['PATH'] } }
    execFile('bash', ['--norc', '--noprofile', '-c', script], options, (_, stdout) => {
      const answer = stdout.trim()
      resolve(answer === 'yes' || answer === 'no' ? answer : undefined)
    })
  })
}

/** What we write to, another part of the same pipeline, may be `less`, which reads the terminal itself. */
function feedsPager({ pid, ppid, pgrp }: ProcessStat): boolean {
  try {
    if (!fstatSync(1).isFIFO()) return false
    const others = readdirSync('/proc')
      .map(Number)
      .filter(Number.isInteger)
      .filter((other) => other !== pid)
    return others.map(readStat).some((other) => other?.pgrp === pgrp && other.ppid === ppid)
  } catch {
    return false
  }
}

const script = `
trap '' HUP INT QUIT TERM TSTP TTIN TTOU
exec 3>&1 </dev/tty >/dev/tty 2>/dev/null || exit
before=$(stty -g) || exit
stty -icanon -echo min 1 time 0
answer=
if ! read -t 0; then
  printf '\\033[?1004h'
  IFS= read -r -s -n 3 -t 0.1 answer
  printf '\\033[?1004l'
fi
stty "$before"
case $answer in $'\\033[I') echo yes ;; $'\\033[O') echo no ;; esac >&3
`
