/** Words of the shells that stand in front of a command without being one. */
export const openers = new Set('if then elif else while until do ! { time coproc and or not begin'.split(' '))

/** Words that end a compound command. */
export const closers = new Set('done fi esac } end'.split(' '))

/** Words whose whole rest is none: `for x in a b`, `case $x in`. */
const headers = new Set('for foreach case select function switch'.split(' '))

export function isReserved(text: string): boolean {
  return openers.has(text) || closers.has(text) || headers.has(text)
}
