/** An element of a stream, its name and those of its attributes without prefixes, but for `xmlns` ones. */
export interface Element {
  name: string
  attributes: Record<string, string>
  children: Element[]
  text: string
}

/**
 * What one element of a stream may be: so long in characters, with so many elements in it, so deep in each other. Servers
 * allow 256 kB at most (XEP-0478), and anybody may answer before TLS.
 */
const longest = 256 * 1024
const mostInside = 2000
const deepest = 64

const tag = /<(\/?)([^\s/>"'=<]+)((?:\s+[^\s=/>"'<]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y
const attribute = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g

/**
 * Finds the elements of a stream (RFC 6120 §4) in what arrives, each when it is complete. The stream's own tag, which is
 * never closed while anybody speaks, is passed over, and so is each new one after TLS or a login.
 */
export function streamParser(): (piece: Buffer) => Element[] {
  const reader = new StreamReader()
  return (piece) => reader.read(piece)
}

class StreamReader {
  readonly #decoder = new (process.getBuiltinModule('node:string_decoder').StringDecoder)('utf8')
  #rest = ''
  #open: Element[] = []
  /** Of the element that is open. */
  #length = 0
  #inside = 0
  #complete: Element[] = []

  read(piece: Buffer): Element[] {
    this.#rest += this.#decoder.write(piece)
    this.#complete = []
    while (this.#step()) {}
    const begun = this.#open.length > 0 ? this.#length : 0
    if (begun + this.#rest.length > longest || this.#rest.startsWith('<!')) throw notXmpp()
    return this.#complete
  }

  /** Reads a text and a tag; false if there is no whole one. */
  #step(): boolean {
    const start = this.#rest.indexOf('<')
    if (start < 0) return false
    const text = this.#take(start)
    const parent = this.#open.at(-1)
    if (parent !== undefined) parent.text += decode(text)
    const declaration = /^<\?[^>]*>/.exec(this.#rest)
    tag.lastIndex = 0
    const found = declaration ?? tag.exec(this.#rest)
    if (found === null) return false
    this.#take(found[0].length)
    if (declaration) return true
    const [, closing, name = '', attributes = '', empty] = found
    if (local(name) === 'stream') this.#open = []
    else if (closing) this.#end()
    else {
      this.#begin({ name: local(name), attributes: attributesOf(attributes), children: [], text: '' })
      if (empty) this.#end()
    }
    return true
  }

  #take(count: number): string {
    const taken = this.#rest.slice(0, count)
    this.#rest = this.#rest.slice(count)
    this.#length += count
    if (this.#open.length > 0 && this.#length > longest) throw notXmpp()
    return taken
  }

  #begin(element: Element): void {
    if (this.#open.length === 0) this.#length = this.#inside = 0
    this.#open.at(-1)?.children.push(element)
    this.#open.push(element)
    if (++this.#inside > mostInside || this.#open.length > deepest) throw notXmpp()
  }

  #end(): void {
    const element = this.#open.pop()
    if (element !== undefined && this.#open.length === 0) this.#complete.push(element)
  }
}

function notXmpp(): Error {
  return new Error('what answers there does not speak XMPP')
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
