/** An element of a stream, its name and those of its attributes without prefixes, but for `xmlns` ones. */
export interface Element {
  name: string
  attributes: Record<string, string>
  children: Element[]
  text: string
}

/** A tag or a text that does not end within this many characters is none. */
const longestToken = 1024 * 1024

const tag = /<(\/?)([^\s/>"'=<]+)((?:\s+[^\s=/>"'<]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y
const attribute = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g

/**
 * Finds the elements of a stream (RFC 6120 §4) in what arrives, each when it is complete. The stream's own tag, which is
 * never closed while anybody speaks, is passed over, and so is each new one after TLS or a login.
 */
export function streamParser(): (piece: Buffer) => Element[] {
  const decoder = new (process.getBuiltinModule('node:string_decoder').StringDecoder)('utf8')
  let rest = ''
  let open: Element[] = []
  return (piece) => {
    rest += decoder.write(piece)
    const complete: Element[] = []
    for (;;) {
      const start = rest.indexOf('<')
      if (start < 0) break
      const parent = open.at(-1)
      if (parent !== undefined) parent.text += decode(rest.slice(0, start))
      rest = rest.slice(start)
      const declaration = /^<\?[^>]*>/.exec(rest)
      tag.lastIndex = 0
      const found = declaration ?? tag.exec(rest)
      if (found === null) break
      rest = rest.slice(found[0].length)
      if (declaration) continue
      const [, closing, name = '', attributes = '', empty] = found
      if (local(name) === 'stream') open = []
      else if (closing) close(open, complete)
      else {
        const element = { name: local(name), attributes: attributesOf(attributes), children: [], text: '' }
        open.at(-1)?.children.push(element)
        open.push(element)
        if (empty) close(open, complete)
      }
    }
    if (rest.length > longestToken || /^<!/.test(rest)) throw new Error('what answers there does not speak XMPP')
    return complete
  }
}

function close(open: Element[], complete: Element[]): void {
  const element = open.pop()
  if (element !== undefined && open.length === 0) complete.push(element)
}

function attributesOf(text: string): Record<string, string> {
  const pairs = [...text.matchAll(attribute)].map(([, name = '', double, single]) => [
    name,
    decode(double ?? single ?? ''),
  ])
  return Object.fromEntries(pairs)
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

function decode(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return entities[name] ?? whole
    const code = Number.parseInt(hex ?? decimal, hex === undefined ? 10 : 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}

/** The first child with this name. */
export function child(element: Element | undefined, name: string): Element | undefined {
  return element?.children.find((one) => one.name === name)
}

/** Makes an element: attributes that are undefined are left out, and what it contains is XML already. */
export function element(
  name: string,
  attributes: Record<string, string | undefined>,
  ...content: (string | undefined)[]
): string {
  const written = Object.entries(attributes).map(([key, value]) =>
    value === undefined ? '' : ` ${key}="${escapeXml(value)}"`,
  )
  return `<${name}${written.join('')}>${content.join('')}</${name}>`
}

/** Text as XML; characters that XML 1.0 (§2.2) has not are left out, for they would end the whole stream. */
export function escapeXml(text: string): string {
  const allowed = text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
  const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }
  return allowed.replace(/[&<>"']/g, (character) => escapes[character] ?? character)
}
