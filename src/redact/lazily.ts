import { isPlain } from './sign.ts'

/*
 * The rules for secrets take some milliseconds to load, and most texts are short and hold no sign of one.
 */

/** A command line without its secrets. */
export async function redactedCommand(line: string): Promise<string> {
  return isPlain(line) ? line : (await import('./index.ts')).redactCommand(line)
}

/** Any other text without its secrets. */
export async function redactedText(text: string): Promise<string> {
  return isPlain(text) ? text : (await import('./index.ts')).redactText(text)
}
