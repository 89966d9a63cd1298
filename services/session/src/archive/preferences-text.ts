import { type Jid, trusted } from '@heliograph/jid'
import type { ArchivePreferences } from './preferences.ts'

interface Stored {
  readonly default: ArchivePreferences['behaviour']
  readonly always: readonly string[]
  readonly never: readonly string[]
}

/** Preferences as they are stored: JSON. */
export function preferencesText({ behaviour, always, never }: ArchivePreferences): string {
  const stored: Stored = { default: behaviour, always: [...always], never: [...never] }
  return JSON.stringify(stored)
}

/** The inverse of {@link preferencesText}. */
export function preferencesOf(text: string): ArchivePreferences {
  const stored = JSON.parse(text) as Stored
  const jids = (list: readonly string[]) => new Set(list.map((jid) => trusted<Jid>(jid)))
  return { behaviour: stored.default, always: jids(stored.always), never: jids(stored.never) }
}
