import widthOf from 'fast-string-truncated-width'

/** `text` cut to so many columns of a terminal, where an emoji, of however many characters, takes two. */
export function cutColumns(text: string, columns: number): string {
  const { index, truncated } = widthOf(text, { limit: columns, ellipsis: '…' })
  return truncated ? `${text.slice(0, index)}…` : text
}
