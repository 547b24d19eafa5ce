/** `text` cut to so many columns, wide characters counted as two. */
export function cutColumns(text: string, columns: number): string {
  let width = 0
  let shown = ''
  for (const character of text) {
    const next =
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
        character,
      )
        ? 2
        : 1
    if (width + next > columns) return `${shown.slice(0, -1)}…`
    width += next
    shown += character
  }
  return shown
}
