import type { Database, Migration } from '@heliograph/database'
import type { BareJid } from '@heliograph/jid'
import type { PushService } from './push-service.ts'

/** One row for each who has enabled any: lists are short, and read as a whole. `told`: archive id of the newest message pushed about. */
export const pushMigrations: readonly Migration[] = [
  {
    id: '0160_push_services',
    sql: `
      CREATE TABLE push_services (
        owner    text COLLATE "C" PRIMARY KEY,
        services jsonb  NOT NULL,
        told     bigint NOT NULL DEFAULT 0
      );
    `,
  },
]

/** What the database knows of a user's push services, as JSON: part of the query that loads a user. `waits`: newest offline message. */
export const PUSH_OF_OWNER = `(SELECT json_build_object('services', services, 'told', told, 'waits',
  (SELECT coalesce(max(id), 0) FROM archive WHERE archive.owner = push_services.owner AND offline))
  FROM push_services WHERE owner = $1)`

export interface StoredPush {
  readonly services: readonly PushService[]
  readonly told: number
  readonly waits: number
}

export async function storePushServices(db: Database, owner: BareJid, services: readonly PushService[]): Promise<void> {
  if (services.length === 0) return erasePushServices(db, owner)
  await db.fencedQuery(
    'push_services_put',
    `INSERT INTO push_services (owner, services) VALUES ($1, $2)
     ON CONFLICT (owner) DO UPDATE SET services = EXCLUDED.services RETURNING owner`,
    [owner, JSON.stringify(services)],
  )
}

export async function storePushTold(db: Database, owner: BareJid, id: number): Promise<void> {
  await db.fencedQuery(
    'push_services_told',
    'UPDATE push_services SET told = $2 WHERE owner = $1 AND told < $2 RETURNING owner',
    [owner, id],
  )
}

export async function erasePushServices(db: Database, owner: BareJid): Promise<void> {
  await db.fencedQuery('push_services_erase', 'DELETE FROM push_services WHERE owner = $1 RETURNING owner', [owner])
}
