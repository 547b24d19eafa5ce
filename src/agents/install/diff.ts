/** Lines around a change. */
const around = 3

/** How a file changes, as `diff -u` shows it: one hunk from the first difference to the last. */
export function unifiedDiff(path: string, before: string | undefined, after: string | undefined): string {
  const [old, now] = [linesOf(before), linesOf(after)]
  let start = 0
  while (start < Math.min(old.length, now.length) && old[start] === now[start]) start++
  let end = 0
  while (end < Math.min(old.length, now.length) - start && old.at(-1 - end) === now.at(-1 - end)) end++
  const from = Math.max(0, start - around)
  const [oldTo, newTo] = [
    Math.min(old.length, old.length - end + around),
    Math.min(now.length, now.length - end + around),
  ]
  const range = (first: number, to: number) => `${to > first ? first + 1 : first},${to - first}`
  return [
    `--- ${before === undefined ? '/dev/null' : path}`,
    `+++ ${after === undefined ? '/dev/null' : path}`,
    `@@ -${range(from, oldTo)} +${range(from, newTo)} @@`,
    ...old.slice(from, start).map((line) => ` ${line}`),
    ...old.slice(start, old.length - end).map((line) => `-${line}`),
    ...now.slice(start, now.length - end).map((line) => `+${line}`),
    ...old.slice(old.length - end, oldTo).map((line) => ` ${line}`),
    '',
  ].join('\n')
}

/** A file without a newline at its end has one line that is marked. */
function linesOf(text: string | undefined): string[] {
  if (text === undefined || text === '') return []
  const lines = text.split('\n')
  if (lines.at(-1) === '') return lines.slice(0, -1)
  return [...lines.slice(0, -1), `${lines.at(-1)}\n\\ No newline at end of file`]
}
