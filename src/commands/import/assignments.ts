import { splitWords } from '../../command-line/simple-commands.ts'

/**
 * What a shell script assigns: variables and elements of arrays (`role[x]`), in the order in which they stand there.
 * Only plain values: nothing is run and nothing is expanded.
 */
export function assignments(text: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const line of text.split(/\r?\n/)) {
    const [, name, value = ''] = /^\s*(?:export\s+|set\s+-\w+\s+)?([A-Za-z_]\w*(?:\[[^\]]*\])?)=(.*)$/.exec(line) ?? []
    if (name === undefined) continue
    const [word = ''] = /^["']/.test(value) || /\S/.test(value) ? splitWords(value) : ['']
    found.set(name.replaceAll(/["']/g, ''), word)
  }
  return found
}
