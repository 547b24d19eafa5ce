import stringWidth from './string-width.ts'

/** Breaks lines at spaces so that none is wider than `columns`; a longer word stays whole unless `hard`. */
export default function wrapAnsi(
  text: string,
  columns: number,
  options: { hard?: boolean; trim?: boolean } = {},
): string {
  return text
    .split('\n')
    .flatMap((line) => wrapLine(line, columns, options.hard ?? false))
    .map((line) => (options.trim === false ? line : line.trimEnd()))
    .join('\n')
}

function wrapLine(line: string, columns: number, hard: boolean): string[] {
  const lines = ['']
  for (const word of line.split(' ')) {
    const last = lines[lines.length - 1] ?? ''
    const longer = last === '' ? word : `${last} ${word}`
    if (stringWidth(longer) <= columns || last === '') lines[lines.length - 1] = longer
    else lines.push(word)
    while (hard && stringWidth(lines[lines.length - 1] ?? '') > columns) {
      const tooLong = lines.pop() ?? ''
      lines.push(tooLong.slice(0, columns), tooLong.slice(columns))
    }
  }
  return lines
}
