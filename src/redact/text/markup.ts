import { isSecretName, isSecretVariable } from '../names.ts'
import type { Range } from '../ranges.ts'
import { isSecret, isStatement } from '../values.ts'

const element = /<([A-Za-z_][\w.:-]{0,80})((?:\s[^<>]{0,400})?)>\s{0,80}([^<>]{1,2000}?)\s{0,80}<\//g
const tag = /<[A-Za-z_][\w.:-]{0,80}\s[^<>]{1,800}>/g
const pairOfCells =
  /<(key|t[dh]|dt|name)>\s{0,80}([^<>]{1,80}?)\s{0,80}<\/\1>\s{0,80}<(string|t[dh]|dd|value|data)>\s{0,80}([^<>]{1,2000}?)\s{0,80}<\//gi

const valueInside =
  /<[A-Za-z][\w.:-]{0,80}(\s[^<>]{1,400})>\s{0,80}<(value|string|val)>\s{0,80}([^<>]{1,2000}?)\s{0,80}<\//gi

/** `name="x"`, `key='x'` */
const names = /\s(?:name|key|id|property|param|field)\s{0,3}=\s{0,3}\\?["']([\w.:/-]{1,128})\\?["']/i
const values = /\s(?:value|content|data)\s{0,3}=\s{0,3}\\?["']([^"'\\<>]{1,2000})\\?["']/i

/** Values of elements and attributes that a name says are secrets, in XML, HTML and property lists. */
export function markupValues(text: string): Range[] {
  if (!text.includes('<') || !text.includes('>')) return []
  const ranges: Range[] = []
  const push = (value: string, start: number) => {
    if (isSecret(value) && !isStatement(value)) ranges.push({ start, end: start + value.length })
  }
  for (const found of text.matchAll(element)) {
    const [whole, name = '', attributes = '', value = ''] = found
    const named = names.exec(attributes)?.[1] ?? ''
    if (isNamed(name.slice(name.lastIndexOf(':') + 1)) || isNamed(named))
      push(value, found.index + whole.lastIndexOf(value))
  }
  for (const found of text.matchAll(valueInside)) {
    const [whole, attributes = '', , value = ''] = found
    if (isNamed(names.exec(attributes)?.[1] ?? '')) push(value, found.index + whole.lastIndexOf(value))
  }
  for (const found of text.matchAll(tag)) {
    const [whole] = found
    const value = values.exec(whole)
    if (value && isNamed(names.exec(whole)?.[1] ?? '')) {
      push(value[1] ?? '', found.index + value.index + value[0].lastIndexOf(value[1] ?? ''))
    }
  }
  for (const found of text.matchAll(pairOfCells)) {
    const [whole, , name = '', , value = ''] = found
    if (isNamed(name.replaceAll(/\s+/g, '_'))) push(value, found.index + whole.lastIndexOf(value))
  }
  return ranges
}

function isNamed(name: string): boolean {
  return name !== '' && (isSecretName(name) || isSecretVariable(name))
}
