import type { Migration } from '@heliograph/database'

/**
 * `delivery`: the configured delivery that it is for. `partition`: of the key it happened to, whose owner carries it. `dead_at`: given up;
 * kept for a while.
 */
export const eventMigrations: readonly Migration[] = [
  {
    id: '0260_events',
    sql: `
      CREATE TABLE event_outbox (
        id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        delivery   text COLLATE "C" NOT NULL,
        partition  smallint NOT NULL,
        body       text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        dead_at    timestamptz
      );
      CREATE INDEX event_outbox_waiting ON event_outbox (delivery, id) WHERE dead_at IS NULL;
      CREATE INDEX event_outbox_dead ON event_outbox (dead_at) WHERE dead_at IS NOT NULL;
    `,
  },
]
