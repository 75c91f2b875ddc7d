"""The tables, and what of them came with which release: tuples of statements, the oldest first.

A released migration is never edited: what changes is another one.
"""

from __future__ import annotations

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE services (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            key TEXT NOT NULL UNIQUE,
            created INTEGER NOT NULL,
            fingerprint TEXT NOT NULL,
            interval INTEGER,
            timeout INTEGER,
            removed_at INTEGER
        ) STRICT
        """,
        # No result with this reason is later than `seen`: pruning needs no index on results.reason for that,
        # and a foreign key would want one.
        """
        CREATE TABLE reasons (
            id INTEGER PRIMARY KEY,
            outcome TEXT NOT NULL,
            cause TEXT NOT NULL,
            blame TEXT NOT NULL,
            message TEXT NOT NULL,
            answered INTEGER NOT NULL,
            seen INTEGER NOT NULL,
            UNIQUE (outcome, cause, blame, message, answered)
        ) STRICT
        """,
        """
        CREATE TABLE results (
            service INTEGER NOT NULL REFERENCES services ON DELETE CASCADE,
            at INTEGER NOT NULL,
            took INTEGER NOT NULL,
            latency_us INTEGER,
            reason INTEGER NOT NULL,
            PRIMARY KEY (service, at)
        ) STRICT, WITHOUT ROWID
        """,
        # A segment ends where the next one starts, so they touch whatever is written.
        """
        CREATE TABLE segments (
            service INTEGER NOT NULL REFERENCES services ON DELETE CASCADE,
            start INTEGER NOT NULL,
            status TEXT NOT NULL,
            reason TEXT NOT NULL,
            confirmed INTEGER NOT NULL,
            PRIMARY KEY (service, start)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE incidents (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            service INTEGER NOT NULL REFERENCES services ON DELETE CASCADE,
            start INTEGER NOT NULL,
            confirmed INTEGER NOT NULL,
            "end" INTEGER,
            closing TEXT NOT NULL,
            end_uncertain INTEGER NOT NULL,
            cause TEXT NOT NULL,
            message TEXT NOT NULL
        ) STRICT
        """,
        'CREATE UNIQUE INDEX open_incident ON incidents (service) WHERE "end" IS NULL',
        # No foreign key to incidents here and below: what a person was told outlives a history that was lost.
        """
        CREATE TABLE tellings (
            service INTEGER PRIMARY KEY REFERENCES services ON DELETE CASCADE,
            told INTEGER,
            acknowledged INTEGER,
            snoozed_until INTEGER
        ) STRICT
        """,
        """
        CREATE TABLE notifications (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            kind TEXT NOT NULL,
            services TEXT NOT NULL,
            incident INTEGER,
            title TEXT NOT NULL,
            body TEXT NOT NULL,
            urgent INTEGER NOT NULL,
            attempted_at INTEGER,
            delivered_at INTEGER
        ) STRICT
        """,
        "CREATE INDEX undelivered ON notifications (id) WHERE delivered_at IS NULL",
        "CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID",
    ),
    # Flapping, pauses of single services, and what alerts remember (core.news). Notifications with the same
    # `incident` are one thread on the screen.
    (
        "ALTER TABLE segments ADD COLUMN flapping_since INTEGER",
        "ALTER TABLE segments ADD COLUMN counted_since INTEGER NOT NULL DEFAULT 0",
        # Nobody reads it of any segment but the newest. Flapping is counted anew where core.verdict does so.
        """
        UPDATE segments SET counted_since = anew.since FROM (
            SELECT service, max(start) AS newest, max(start) FILTER (
                WHERE before IS NULL OR 'PAUSED' IN (status, before) OR reason IN ('changed', 'removed')
            ) AS since FROM (
                SELECT service, start, status, reason,
                    lag(status) OVER (PARTITION BY service ORDER BY start) AS before FROM segments
            ) GROUP BY service
        ) AS anew WHERE segments.service = anew.service AND start = newest
        """,
        """
        CREATE TABLE pauses (
            service INTEGER PRIMARY KEY REFERENCES services ON DELETE CASCADE,
            until INTEGER NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE mentions (
            incident INTEGER NOT NULL,
            said TEXT NOT NULL,
            notification INTEGER NOT NULL,
            PRIMARY KEY (incident, said)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX mentioned_by ON mentions (notification)",
        """
        INSERT OR IGNORE INTO mentions
        SELECT incident, iif(kind = 'down', 'down', 'back'), id FROM notifications
        WHERE incident IS NOT NULL AND kind IN ('down', 'recovered') ORDER BY id
        """,
        """
        CREATE TABLE owed (
            incident INTEGER PRIMARY KEY,
            said TEXT NOT NULL,
            at INTEGER NOT NULL,
            held INTEGER NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE withheld (
            incident INTEGER NOT NULL,
            reason TEXT NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (incident, reason)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE standing (
            what TEXT NOT NULL,
            about TEXT NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (what, about)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX threads ON notifications (incident, at)",
        "CREATE INDEX notifications_at ON notifications (at)",
        # In place of the foreign keys that these tables can not have.
        """
        CREATE TRIGGER incident_deleted AFTER DELETE ON incidents BEGIN
            DELETE FROM mentions WHERE incident = old.id;
            DELETE FROM owed WHERE incident = old.id;
            DELETE FROM withheld WHERE incident = old.id;
        END
        """,
        """
        CREATE TRIGGER service_deleted AFTER DELETE ON services BEGIN
            DELETE FROM standing WHERE about = old.key AND what <> 'blind';
        END
        """,
    ),
    # Single checks are packed by the hour once the hour is over (packing.py), and what they took is summed up by the
    # hour and by the day for ever (latency.py). Corrections lie over what was seen and never change it.
    (
        """
        CREATE TABLE packed (
            service INTEGER NOT NULL REFERENCES services ON DELETE CASCADE,
            hour INTEGER NOT NULL,
            checks BLOB NOT NULL,
            PRIMARY KEY (service, hour)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE latency_hours (
            service INTEGER NOT NULL REFERENCES services ON DELETE CASCADE,
            hour INTEGER NOT NULL,
            histogram BLOB NOT NULL,
            PRIMARY KEY (service, hour)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE latency_days (
            service INTEGER NOT NULL REFERENCES services ON DELETE CASCADE,
            day INTEGER NOT NULL,
            histogram BLOB NOT NULL,
            PRIMARY KEY (service, day)
        ) STRICT, WITHOUT ROWID
        """,
        # `part` is "opening" or "closing"; `body` is JSON (core.evidence).
        """
        CREATE TABLE evidence (
            incident INTEGER NOT NULL,
            part TEXT NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (incident, part)
        ) STRICT, WITHOUT ROWID
        """,
        # What the user says an incident was ("false alarm", "maintenance"); undone ones stay to be seen.
        """
        CREATE TABLE corrections (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            incident INTEGER NOT NULL,
            verdict TEXT NOT NULL,
            note TEXT NOT NULL,
            at INTEGER NOT NULL,
            undone_at INTEGER
        ) STRICT
        """,
        "CREATE UNIQUE INDEX corrected ON corrections (incident) WHERE undone_at IS NULL",
        """
        CREATE TABLE markers (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            text TEXT NOT NULL,
            services TEXT NOT NULL,
            made INTEGER NOT NULL
        ) STRICT
        """,
        "CREATE INDEX markers_at ON markers (at)",
        # When Watchbell itself ran: `seen` is the last sign of life; `ended` is NULL where it was killed, or runs.
        """
        CREATE TABLE sessions (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            began INTEGER NOT NULL,
            seen INTEGER NOT NULL,
            ended INTEGER,
            version TEXT NOT NULL
        ) STRICT
        """,
        """
        CREATE TRIGGER incident_forgotten AFTER DELETE ON incidents BEGIN
            DELETE FROM evidence WHERE incident = old.id;
            DELETE FROM corrections WHERE incident = old.id;
        END
        """,
        # What tells that an incident reads as it was written (seals.py). Whoever writes one need not know of it.
        # No OR IGNORE in there: the upsert that fires a trigger imposes its own conflict policy on it.
        "CREATE TABLE seals (incident INTEGER PRIMARY KEY, checksum INTEGER NOT NULL) STRICT",
        "CREATE TABLE unsealed (incident INTEGER PRIMARY KEY) STRICT",
        "INSERT INTO unsealed SELECT id FROM incidents",
        """
        CREATE TRIGGER incident_written AFTER INSERT ON incidents BEGIN
            INSERT INTO unsealed SELECT new.id WHERE new.id NOT IN (SELECT incident FROM unsealed);
        END
        """,
        """
        CREATE TRIGGER incident_rewritten AFTER UPDATE ON incidents BEGIN
            INSERT INTO unsealed SELECT new.id WHERE new.id NOT IN (SELECT incident FROM unsealed);
        END
        """,
        """
        CREATE TRIGGER incident_gone AFTER DELETE ON incidents BEGIN
            DELETE FROM seals WHERE incident = old.id;
            DELETE FROM unsealed WHERE incident = old.id;
        END
        """,
    ),
)
