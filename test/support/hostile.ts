/** Texts that try to be more than text: escape sequences, ends of strings, markup, halves of characters. */
export function hostileTexts(count: number): string[] {
  const random = generator(20_261)
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T
  return Array.from({ length: count }, (_, index) => {
    if (index < pieces.length) return pieces[index] ?? ''
    const length = 1 + Math.floor(random() * 12)
    return Array.from({ length }, () => (random() < 0.2 ? randomCharacter(random) : pick(pieces))).join('')
  })
}

const pieces = [
  ...[
    '',
    ' ',
    ';',
    ';;',
    ':',
    '4;1;50',
    '9;',
    '12',
    '2;a box',
    'plain',
    'title=',
    '?',
    '\\',
    '"',
    "'",
    '`id`',
    '$(id)',
  ],
  ...[
    '\x1b',
    '\x1b\\',
    '\x1b]0;owned\x07',
    '\x1b]52;c;aGk=\x07',
    '\x1b[31m',
    '\x1b[6n',
    '\x1bc',
    '\x1bP',
    '\x1b_',
    '\x1b[?1004h',
  ],
  ...['\x07', '\x18', '\x1a', '\x00', '\b', '\x7f', '\r', '\n', '\r\n', '\t', '\v', '\f', '\x0e', '\x0f', '\x05'],
  ...['\u0080', '\u0085', '\u0090', '\u009b31m', '\u009c', '\u009d0;x\u009c', '\u009e', '\u009f', '\u2028', '\u2029'],
  ...[
    '\u202e',
    '\u2066',
    '\u200b',
    '\ufeff',
    '\ud800',
    '\udc00',
    '\ud83d',
    '\ude00',
    '😀',
    '👩‍👩‍👧‍👦',
    'é',
    'e\u0301',
    '日本語',
  ],
  ...['<b>', '</b>', '&amp;', '&', '<img src=x>', '%s', '%n', '{user}', '@everyone', '*_~|'],
  ...['x'.repeat(300), '€'.repeat(300), ';'.repeat(200), '\x1b'.repeat(50), '=', 'aGk='],
]

function randomCharacter(random: () => number): string {
  return String.fromCodePoint(Math.floor(random() * (random() < 0.5 ? 0x100 : 0x11_0000)))
}

/** The same texts in every run (a linear congruential generator, Numerical Recipes' constants). */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
