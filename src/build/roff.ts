/** What the title line of a manual page says (man(7), .TH). */
export interface PageTitle {
  name: string
  section: number
  /** ISO 8601. */
  date: string
  version: string
  volume: string
}

/** A manual page: its title line and its sections. */
export function page({ name, section, date, version, volume }: PageTitle, ...sections: string[]): string {
  return `.TH ${name.toUpperCase()} ${section} "${date}" "ntfy ${roff(version)}" "${volume}"${sections.join('')}\n`
}

export function section(title: string, ...parts: string[]): string {
  return `\n.SH ${title}\n${parts.map((part) => part.trimEnd()).join('\n')}`
}

export function subsection(title: string, ...parts: string[]): string {
  return `.SS ${title}\n${parts.map((part) => part.trimEnd()).join('\n')}\n`
}

/** A term, which may hold requests of fonts, and the text that explains it. */
export function entry(term: string, text: string): string {
  return `.TP\n${term}\n${roff(text)}\n`
}

/** The first paragraph of a section needs no request of its own, and mandoc warns of one. */
export function paragraphs(...texts: string[]): string {
  return texts.map(roff).join('\n.PP\n')
}

/** Lines that are shown as they are. */
export function example(text: string): string {
  return `.PP\n.nf\n.RS 4\n${escaped(text.trimEnd())}\n.RE\n.fi\n`
}

/** Text that is shown as it is, in lines of 80 columns, which roff joins again. */
export function roff(text: string): string {
  return escaped(wrapped(text))
}

/** A hyphen that can be copied as the minus of an option, and no line that would be a request. */
function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('"', '\\(dq')
    .replaceAll('~', '\\(ti')
    .replace(/^([.'])/gm, '\\&$1')
}

function wrapped(text: string): string {
  const lines = ['']
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? ''
    const longer = last === '' ? word : `${last} ${word}`
    if (escaped(longer).length <= 78) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return lines.join('\n')
}
