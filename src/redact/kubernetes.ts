import type { Range } from './ranges.ts'
import { isSecret } from './values.ts'

/** The values of Kubernetes' secrets, in YAML and JSON: all of them, whatever they are called. */
export function kubernetesValues(text: string): Range[] {
  const ranges: Range[] = []
  if (!/kind["']?:\s{0,9}["']?Secret/.test(text)) return ranges
  for (const found of text.matchAll(jsonData)) {
    const start = found.index + found[0].length
    const body = text.slice(start, start + longestData)
    const end = body.indexOf('}')
    for (const value of (end < 0 ? body : body.slice(0, end)).matchAll(jsonValue)) {
      const from = start + value.index + value[0].length - (value[1]?.length ?? 0) - 1
      ranges.push({ start: from, end: from + (value[1]?.length ?? 0) })
    }
  }
  return [...ranges, ...yamlValues(text)]
}

const jsonData = /["'](?:data|stringData)["']\s{0,9}:\s{0,9}\{/g
const jsonValue = /:\s{0,9}["']([^"']{1,100000})["']/g
/** Kubernetes takes no larger ones. */
const longestData = 1024 * 1024

function yamlValues(text: string): Range[] {
  const ranges: Range[] = []
  for (const part of documents(text)) {
    if (!/^[ \t]*kind:[ \t]*["']?Secret["']?[ \t]*$/m.test(part.text)) continue
    let at = part.start
    let inside: number | undefined
    for (const line of part.text.split('\n')) {
      const indent = /^[ \t]*/.exec(line)?.[0].length ?? 0
      if (/^[ \t]*(?:data|stringData):[ \t]*$/.test(line)) inside = indent
      else if (line.trim() !== '' && inside !== undefined && indent <= inside) inside = undefined
      else if (inside !== undefined) {
        const found = /^([ \t]*[\w.-]{1,253}:[ \t]+["']?)([^"'\n]+)["']?[ \t]*$/.exec(line)
        const value = found?.[2] ?? ''
        if (found && isSecret(value) && !/^[|>]/.test(value))
          ranges.push({ start: at + (found[1]?.length ?? 0), end: at + (found[1]?.length ?? 0) + value.length })
        else if (!found && line.trim() !== '' && !/:[ \t]*[|>]?[+-]?$/.test(line))
          ranges.push({ start: at + indent, end: at + line.trimEnd().length })
      }
      at += line.length + 1
    }
  }
  return ranges
}

function documents(text: string): { text: string; start: number }[] {
  let at = 0
  return text.split(/^---$/m).map((part) => {
    const start = at
    at += part.length + 3
    return { text: part, start }
  })
}
