import type { Range } from '../ranges.ts'
import { isSecret } from '../values.ts'

/** The values of Kubernetes' secrets, in YAML and JSON: all of them, whatever they are called. */
export function kubernetesValues(text: string): Range[] {
  const ranges: Range[] = []
  if (!/kind["']?:\s{0,9}["']?Secret/.test(text)) return ranges
  jsonData.lastIndex = 0
  for (let found = jsonData.exec(text); found; found = jsonData.exec(text)) {
    const start = jsonData.lastIndex
    const end = text.indexOf('}', start) < 0 ? text.length : text.indexOf('}', start)
    for (const { 0: whole, 1: value = '', index } of text.slice(start, end).matchAll(jsonValue)) {
      const from = start + index + whole.length - value.length - 1
      ranges.push({ start: from, end: from + value.length })
    }
    jsonData.lastIndex = end
  }
  return [...ranges, ...yamlValues(text)]
}

const jsonData = /["'](?:data|stringData)["']\s{0,9}:\s{0,9}\{/g
const jsonValue = /:\s{0,9}["']([^"']+)["']/g
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
