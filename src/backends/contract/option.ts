import type * as v from 'valibot'
import type { Format } from './formats.ts'

/** What an option declares besides its type: all that documents, validates and protects it. */
export interface OptionDetails<T> {
  /** A sentence without a full stop, with units and limits. */
  description: string
  /** `to send`: older configurations lack it, so it is named only where it is used. */
  required?: true | 'to send'
  default?: T
  example?: T
  /** A value that no line of ours may show. */
  secret?: boolean
  /** Of names with texts that are secrets: the names whose texts are none. */
  open?: readonly string[]
  /** Other names it is known by: dschep/ntfy's, Backy's, Netdata's. */
  aliases?: readonly string[]
  /** What its value makes ntfy, or what ntfy calls, open: a program to run, or a file. A path is a file's anyway. */
  names?: 'program' | 'file'
  /** What a text, or each of a list, has to look like. */
  format?: Format
  /** Of a path: a file or a folder of certificates. */
  certificates?: true
  /** What else is wrong with a value of the right type. */
  problem?(value: unknown): string | undefined
}

export type OptionKind = 'text' | 'path' | 'number' | 'boolean' | 'choice' | 'list' | 'map' | 'words' | 'json'

export interface Option<T = unknown> {
  kind: OptionKind
  /** Takes what YAML or a word of the command line gives, returns the value or an issue with what was expected. */
  schema: v.GenericSchema<unknown, T>
  details: OptionDetails<unknown>
  /** The allowed words of a choice. */
  choices?: readonly string[]
  /** Of a path: how what such a file holds is known, given in place of its path. */
  content?: RegExp
}

export type Options = Record<string, Option>

/** The type of a backend's options, from their declaration. */
export type OptionValues<O extends Options> = { [K in keyof O]: O[K] extends Option<infer T> ? T : never }

/** Always there if required or with a default. */
export type Present<T, D> = D extends { required: true | 'to send' }
  ? T
  : D extends { default: unknown }
    ? T
    : T | undefined
