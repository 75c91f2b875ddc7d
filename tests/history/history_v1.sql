PRAGMA auto_vacuum = 2;
PRAGMA application_id = 1463970865;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
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
        ;
INSERT INTO "incidents" VALUES(1,1,1790000600000,1790000620000,1790000900000,'recovered',0,'refused','connection refused');
INSERT INTO "incidents" VALUES(2,1,1790001500000,1790001520000,NULL,'',0,'refused','connection refused');
INSERT INTO "incidents" VALUES(3,4,1790000120000,1790000140000,1790000240000,'removed',1,'refused','connection refused');
CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO "meta" VALUES('paused_until',1790002400000);
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
        ;
INSERT INTO "notifications" VALUES(1,1790000620002,'down','["web"]',1,'web is down','refused',1,1790000000000,1790000000000);
INSERT INTO "notifications" VALUES(2,1790000910013,'recovered','["web"]',1,'web is back','It was down for 5 min.',0,1790000000000,1790000000000);
INSERT INTO "notifications" VALUES(3,1790001520002,'down','["web"]',2,'web is down','refused',1,1790000000000,NULL);
INSERT INTO "notifications" VALUES(4,1790000140002,'down','["old"]',3,'old is down','refused',1,NULL,NULL);
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
        ;
INSERT INTO "reasons" VALUES(1,'OK','','service','',1,1790086401000);
INSERT INTO "reasons" VALUES(2,'CRITICAL','refused','service','connection refused',0,1790087000000);
INSERT INTO "reasons" VALUES(3,'UNKNOWN','network.offline','network','this computer is offline',0,1790087600000);
CREATE TABLE results (
            service INTEGER NOT NULL REFERENCES services ON DELETE CASCADE,
            at INTEGER NOT NULL,
            took INTEGER NOT NULL,
            latency_us INTEGER,
            reason INTEGER NOT NULL,
            PRIMARY KEY (service, at)
        ) STRICT, WITHOUT ROWID
        ;
INSERT INTO "results" VALUES(1,1790000001000,13,12345,1);
INSERT INTO "results" VALUES(1,1790000600000,2,1500,2);
INSERT INTO "results" VALUES(1,1790000610000,2,1500,2);
INSERT INTO "results" VALUES(1,1790000620000,2,1500,2);
INSERT INTO "results" VALUES(1,1790000900000,13,12345,1);
INSERT INTO "results" VALUES(1,1790000910000,13,12345,1);
INSERT INTO "results" VALUES(1,1790001200000,5,NULL,3);
INSERT INTO "results" VALUES(1,1790001500000,2,1500,2);
INSERT INTO "results" VALUES(1,1790001510000,2,1500,2);
INSERT INTO "results" VALUES(1,1790001520000,2,1500,2);
INSERT INTO "results" VALUES(1,1790001530000,2,1500,2);
INSERT INTO "results" VALUES(2,1790000001000,13,12345,1);
INSERT INTO "results" VALUES(2,1790000360500,13,12345,1);
INSERT INTO "results" VALUES(3,1790000001000,13,12345,1);
INSERT INTO "results" VALUES(3,1790000420100,13,12345,1);
INSERT INTO "results" VALUES(4,1790000001000,13,12345,1);
INSERT INTO "results" VALUES(4,1790000120000,2,1500,2);
INSERT INTO "results" VALUES(4,1790000130000,2,1500,2);
INSERT INTO "results" VALUES(4,1790000140000,2,1500,2);
CREATE TABLE segments (
            service INTEGER NOT NULL REFERENCES services ON DELETE CASCADE,
            start INTEGER NOT NULL,
            status TEXT NOT NULL,
            reason TEXT NOT NULL,
            confirmed INTEGER NOT NULL,
            PRIMARY KEY (service, start)
        ) STRICT, WITHOUT ROWID
        ;
INSERT INTO "segments" VALUES(1,1790000000000,'UNKNOWN','new',1790000000000);
INSERT INTO "segments" VALUES(1,1790000001000,'UP','',1790000001013);
INSERT INTO "segments" VALUES(1,1790000600000,'DOWN','',1790000620002);
INSERT INTO "segments" VALUES(1,1790000900000,'UP','',1790000910013);
INSERT INTO "segments" VALUES(1,1790001200000,'UNKNOWN','network.offline',1790001200005);
INSERT INTO "segments" VALUES(1,1790001500000,'DOWN','',1790001520002);
INSERT INTO "segments" VALUES(2,1790000000000,'UNKNOWN','new',1790000000000);
INSERT INTO "segments" VALUES(2,1790000001000,'UP','',1790000001013);
INSERT INTO "segments" VALUES(2,1790000300000,'PAUSED','paused',1790000300000);
INSERT INTO "segments" VALUES(2,1790000360000,'UNKNOWN','new',1790000360000);
INSERT INTO "segments" VALUES(2,1790000360500,'UP','',1790000360513);
INSERT INTO "segments" VALUES(3,1790000000000,'UNKNOWN','new',1790000000000);
INSERT INTO "segments" VALUES(3,1790000001000,'UP','',1790000001013);
INSERT INTO "segments" VALUES(3,1790000420000,'UNKNOWN','changed',1790000420000);
INSERT INTO "segments" VALUES(3,1790000420100,'DEGRADED','slow',1790000420113);
INSERT INTO "segments" VALUES(4,1790000000000,'UNKNOWN','new',1790000000000);
INSERT INTO "segments" VALUES(4,1790000001000,'UP','',1790000001013);
INSERT INTO "segments" VALUES(4,1790000120000,'DOWN','',1790000140002);
INSERT INTO "segments" VALUES(4,1790000240000,'UNKNOWN','removed',1790000240000);
CREATE TABLE services (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            key TEXT NOT NULL UNIQUE,
            created INTEGER NOT NULL,
            fingerprint TEXT NOT NULL,
            interval INTEGER,
            timeout INTEGER,
            removed_at INTEGER
        ) STRICT
        ;
INSERT INTO "services" VALUES(1,'web',1790000000000,'36f016985a6d65662b584f1e41e1f5f5',60000,10000,NULL);
INSERT INTO "services" VALUES(2,'mail',1790000000000,'c4457f25b759c64e10e9a044f7995bfa',60000,10000,NULL);
INSERT INTO "services" VALUES(3,'cache',1790000000000,'491819e6da90308b269ed5103146940c',60000,10000,NULL);
INSERT INTO "services" VALUES(4,'old',1790000000000,'a973f86230da1b81133d1af2ace390e7',60000,10000,1790000240000);
CREATE TABLE tellings (
            service INTEGER PRIMARY KEY REFERENCES services ON DELETE CASCADE,
            told INTEGER,
            acknowledged INTEGER,
            snoozed_until INTEGER
        ) STRICT
        ;
INSERT INTO "tellings" VALUES(1,2,NULL,NULL);
INSERT INTO "tellings" VALUES(2,NULL,NULL,1790599940000);
INSERT INTO "tellings" VALUES(4,NULL,NULL,NULL);
CREATE UNIQUE INDEX open_incident ON incidents (service) WHERE "end" IS NULL;
CREATE INDEX undelivered ON notifications (id) WHERE delivered_at IS NULL;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('services',4);
INSERT INTO "sqlite_sequence" VALUES('incidents',3);
INSERT INTO "sqlite_sequence" VALUES('notifications',4);
COMMIT;
