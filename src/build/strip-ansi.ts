/** Takes colours out of a text. */
export default function stripAnsi(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what the function removes
  return text.replace(/\x1b\[[0-9;]*m/g, '')
}
