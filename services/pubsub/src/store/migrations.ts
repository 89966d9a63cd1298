import type { Migration } from '@heliograph/database'
import { nodeDepartureMigrations } from './departure-migrations.ts'

/**
 * `service` is the address that has the node: a service of ours, or an account. `node` is null in what was deleted: its rows go in small
 * batches afterwards. `created_by`: the ingress id of the request, so that its repetition is known. `listed`, `item_expire` repeat what the
 * configuration says. `sequence`: microseconds, in the order of publication.
 *
 * `pubsub_requests`: what was done of late to nodes, by ingress id, so that it isn't done again when it comes again. `removes`: it took items
 * away; `detail`: what was done, where the request doesn't say. `pubsub_put`: a note of the request, and, unless it was there, the items; published anew an item is the last (XEP-0060 §12.1).
 *
 * `pubsub_children`: which nodes are in which collections (XEP-0248); those of a deleted node stay until it goes, and count for nothing. `told_of`,
 * `depth` of a subscription: what a subscriber of a collection hears of the nodes in it, and how far down (null: all).
 */
export const pubsubMigrations: readonly Migration[] = [
  {
    id: '0220_pubsub',
    sql: `
      CREATE TABLE pubsub_nodes (
        id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        service     text COLLATE "C" NOT NULL,
        node        text COLLATE "C",
        creator     text COLLATE "C" NOT NULL,
        created_at  timestamptz NOT NULL DEFAULT now(),
        created_by  text    NOT NULL,
        listed      boolean NOT NULL,
        item_expire integer,
        config      jsonb   NOT NULL,
        deleted_at  timestamptz,
        UNIQUE (service, node)
      );
      CREATE INDEX pubsub_nodes_by_creator ON pubsub_nodes (creator, service) WHERE node IS NOT NULL;
      CREATE INDEX pubsub_nodes_expiring ON pubsub_nodes (id) WHERE item_expire IS NOT NULL;
      CREATE INDEX pubsub_nodes_deleted ON pubsub_nodes (deleted_at) WHERE deleted_at IS NOT NULL;
      CREATE TABLE pubsub_affiliations (
        node_id     bigint NOT NULL REFERENCES pubsub_nodes (id),
        jid         text COLLATE "C" NOT NULL,
        affiliation text NOT NULL,
        PRIMARY KEY (node_id, jid)
      );
      CREATE INDEX pubsub_affiliations_by_jid ON pubsub_affiliations (jid);
      CREATE TABLE pubsub_subscriptions (
        node_id     bigint NOT NULL REFERENCES pubsub_nodes (id),
        jid         text COLLATE "C" NOT NULL,
        bare        text COLLATE "C" NOT NULL,
        subid       text NOT NULL,
        state       text NOT NULL,
        deliver     boolean NOT NULL,
        expires_at  timestamptz,
        PRIMARY KEY (node_id, jid)
      );
      CREATE INDEX pubsub_subscriptions_by_bare ON pubsub_subscriptions (bare, node_id);
      CREATE INDEX pubsub_subscriptions_expiring ON pubsub_subscriptions (expires_at) WHERE expires_at IS NOT NULL;
      CREATE TABLE pubsub_items (
        node_id     bigint NOT NULL REFERENCES pubsub_nodes (id),
        id          text COLLATE "C" NOT NULL,
        sequence    bigint NOT NULL,
        publisher   text COLLATE "C" NOT NULL,
        stream      text NOT NULL,
        count       bigint NOT NULL,
        payload     bytea NOT NULL,
        PRIMARY KEY (node_id, id)
      );
      CREATE INDEX pubsub_items_in_order ON pubsub_items (node_id, sequence);
    `,
  },
  {
    id: '0221_pubsub_requests',
    sql: `
      CREATE TABLE pubsub_requests (
        stream      text COLLATE "C" NOT NULL,
        count       bigint  NOT NULL,
        node_id     bigint  NOT NULL,
        sequence    bigint  NOT NULL,
        removes     boolean NOT NULL,
        PRIMARY KEY (stream, count, node_id)
      );
      CREATE INDEX pubsub_requests_in_order ON pubsub_requests (sequence);
      CREATE INDEX pubsub_requests_removing ON pubsub_requests (node_id, sequence) WHERE removes;
      CREATE FUNCTION pubsub_put(bigint, text[], bigint[], bytea[], text, text, bigint, boolean)
        RETURNS SETOF text LANGUAGE sql AS $$
          WITH noted AS (
            INSERT INTO pubsub_requests (stream, count, node_id, sequence, removes)
            SELECT $6, $7, $1, $3[array_upper($3, 1)], false WHERE $6 <> '' ON CONFLICT DO NOTHING RETURNING node_id)
          INSERT INTO pubsub_items (node_id, id, sequence, payload, publisher, stream, count)
          SELECT $1, given.id, given.sequence, given.payload, $5, $6, $7
          FROM unnest($2, $3, $4) AS given (id, sequence, payload) WHERE $6 = '' OR EXISTS (SELECT 1 FROM noted)
          ON CONFLICT (node_id, id) DO UPDATE SET payload = EXCLUDED.payload, publisher = EXCLUDED.publisher,
            stream = EXCLUDED.stream, count = EXCLUDED.count, sequence = EXCLUDED.sequence
          WHERE NOT $8 OR pubsub_items.publisher = EXCLUDED.publisher RETURNING id
        $$;
    `,
  },
  {
    // In SQL it is planned anew with each call, which costs more than what it does.
    id: '0222_pubsub_put',
    sql: `
      CREATE OR REPLACE FUNCTION pubsub_put(bigint, text[], bigint[], bytea[], text, text, bigint, boolean)
        RETURNS SETOF text LANGUAGE plpgsql AS $$
        #variable_conflict use_column
        BEGIN
          IF $6 <> '' THEN
            INSERT INTO pubsub_requests (stream, count, node_id, sequence, removes)
            VALUES ($6, $7, $1, $3[array_upper($3, 1)], false) ON CONFLICT DO NOTHING;
            IF NOT FOUND THEN
              RETURN;
            END IF;
          END IF;
          RETURN QUERY INSERT INTO pubsub_items (node_id, id, sequence, payload, publisher, stream, count)
            SELECT $1, given.id, given.sequence, given.payload, $5, $6, $7
            FROM unnest($2, $3, $4) AS given (id, sequence, payload)
            ON CONFLICT (node_id, id) DO UPDATE SET payload = EXCLUDED.payload, publisher = EXCLUDED.publisher,
              stream = EXCLUDED.stream, count = EXCLUDED.count, sequence = EXCLUDED.sequence
            WHERE NOT $8 OR pubsub_items.publisher = EXCLUDED.publisher RETURNING pubsub_items.id;
        END
        $$;
    `,
  },
  {
    id: '0223_pubsub_collections',
    sql: `
      CREATE TABLE pubsub_children (
        parent_id   bigint NOT NULL REFERENCES pubsub_nodes (id) ON DELETE CASCADE,
        child_id    bigint NOT NULL REFERENCES pubsub_nodes (id) ON DELETE CASCADE,
        PRIMARY KEY (parent_id, child_id)
      );
      CREATE INDEX pubsub_children_by_child ON pubsub_children (child_id, parent_id);
      ALTER TABLE pubsub_subscriptions ADD COLUMN told_of text NOT NULL DEFAULT 'nodes', ADD COLUMN depth integer DEFAULT 1;
      ALTER TABLE pubsub_requests ADD COLUMN detail jsonb;
    `,
  },
  ...nodeDepartureMigrations,
]
