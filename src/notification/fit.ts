import { cut, type Limit, lengthIn } from '../platform/text.ts'

/**
 * What `render` makes of as much of a message as fits: a mark in front of a character takes room, too, and only what is
 * rendered has the length that a service counts. Cut between graphemes.
 */
export function fitRendered(message: string, render: (part: string) => string, { max, unit }: Limit): string {
  let part = message
  for (;;) {
    const all = render(part)
    const length = lengthIn(all, unit)
    if (length <= max || part === '') return all
    const own = lengthIn(part, unit)
    part = cut(part, { max: Math.min(own - 1, Math.floor((own * max) / length)), unit })
  }
}
