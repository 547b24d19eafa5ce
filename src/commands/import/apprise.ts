import { isServiceAddress } from '../../backends/contract/address.ts'
import type { Imported } from './imported.ts'
import { mapping, mappingIn } from './yaml.ts'

/** A configuration of Apprise: lines of addresses with tags before them, or YAML with `urls`. */
export async function importApprise(text: string, into: Imported, path: string): Promise<void> {
  if (/^\s*(?:---\s*$|urls\s*:|version\s*:|include\s*:|groups\s*:|tags?\s*:|asset\s*:)/m.test(text)) {
    await importYaml(await mappingIn(text, path), into)
  } else await importLines(text, into)
}

async function importLines(text: string, into: Imported): Promise<void> {
  for (const line of text.split(/\r?\n/).map((one) => one.trim())) {
    if (line === '' || /^[#;]/.test(line)) continue
    const included = /^include\s+(.*)$/i.exec(line)
    if (included) into.lose(`include ${placeIn(included[1] ?? '')}: import it by itself`)
    else {
      const [, tags, address = ''] = /^(?:([^=:/]+?)\s*[=:]\s*)?([a-z][a-z0-9+.-]*:\/\/.*)$/i.exec(line) ?? []
      if (address !== '') await addTagged(address, (tags ?? '').split(/[\s,]+/), into)
      else if (/^[^=:/]+[=:][^/]*$/.test(line)) addGroup(line, into)
      else into.lose('a line that is neither an address nor a group')
    }
  }
}

/** `group = tag, tag` */
function addGroup(line: string, into: Imported): void {
  const [group = '', tags = ''] = line.split(/[=:]/, 2)
  for (const tag of tags.split(/[\s,]+/).filter(Boolean)) {
    for (const member of into.groups[tag] ?? []) into.group(group.trim(), member)
  }
}

async function addTagged(address: string, tags: string[], into: Imported): Promise<void> {
  const name = await into.addAddress(address)
  for (const tag of tags.filter(Boolean)) into.group(tag, name)
}

async function importYaml(content: Record<string, unknown>, into: Imported): Promise<void> {
  const { urls, include, version: _, tag, tags = tag, ...rest } = content
  for (const place of [include ?? []].flat()) into.lose(`include ${placeIn(String(place))}: import it by itself`)
  for (const key of Object.keys(rest)) into.lose(`${key}: ntfy has nothing like it`)
  const common = words(tags)
  for (const entry of [urls ?? []].flat()) {
    if (typeof entry === 'string') await addTagged(entry, common, into)
    else await addMapping(mapping(entry), common, into)
  }
}

/** `{url: [{to: x, tag: y}, ...]}`: the same service several times; or `{url: address, tag: y}`. */
async function addMapping(entry: Record<string, unknown>, common: string[], into: Imported): Promise<void> {
  const { url, ...others } = entry
  const pairs = typeof url === 'string' ? [[url, others] as const] : Object.entries(entry)
  for (const [address, details] of pairs) {
    if (!isServiceAddress(address)) {
      into.lose(`${address}: ntfy has nothing like it`)
      continue
    }
    for (const one of Array.isArray(details) && details.length > 0 ? details : [details]) {
      const { tag, tags = tag, ...query } = mapping(one)
      const added = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
      const joint = address.includes('?') ? '&' : '?'
      await addTagged(
        added.length > 0 ? `${address}${joint}${added.join('&')}` : address,
        [...common, ...words(tags)],
        into,
      )
    }
  }
}

function words(value: unknown): string[] {
  return [value ?? []]
    .flat()
    .flatMap((one) => String(one).split(/[\s,]+/))
    .filter(Boolean)
}

/** An address may hold a token. */
function placeIn(text: string): string {
  return isServiceAddress(text) ? `${text.split('://')[0]}://` : text
}
