/** One or more shortcodes that stand alone: between spaces, brackets or quotes, so that `a:b:c` stays what it is. */
const shortcodes = /(?<=^|[\s(["'])(?::[a-z0-9_+-]+:)+(?=$|[\s)\]"'.,!?;])/gi

/** `:tada:` becomes what it stands for; words that stand for nothing stay as they are. */
export async function replaceShortcodes(text: string): Promise<string> {
  if (!text.includes(':') || text.search(shortcodes) < 0) return text
  const { get } = await import('node-emoji')
  return text.replace(shortcodes, (codes) => codes.replace(/:([^:]+):/g, (code, name: string) => get(name) ?? code))
}
