CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);

CREATE TABLE public.buckets (
    bucket text NOT NULL,
    head bigint NOT NULL,
    documents bigint NOT NULL,
    digest_high bigint NOT NULL,
    digest_low bigint NOT NULL
);

CREATE TABLE public.challenges (
    nonce text NOT NULL,
    device_id uuid NOT NULL,
    expires_at timestamp with time zone NOT NULL
);

CREATE TABLE public.communes (
    code text NOT NULL,
    name text NOT NULL
);

CREATE TABLE public.device_epochs (
    device_id uuid NOT NULL,
    epoch text NOT NULL,
    last_seq bigint NOT NULL,
    last_hash bytea NOT NULL
);

CREATE TABLE public.devices (
    id uuid NOT NULL,
    office_id uuid NOT NULL,
    user_name text NOT NULL,
    name text NOT NULL,
    public_key text NOT NULL,
    enrolled_at timestamp with time zone DEFAULT now() NOT NULL,
    revoked_at timestamp with time zone,
    rights text[] DEFAULT '{}'::text[] NOT NULL
);

CREATE TABLE public.document_places (
    id uuid NOT NULL,
    bucket text NOT NULL
);

CREATE TABLE public.documents (
    bucket text NOT NULL,
    id uuid NOT NULL,
    type text NOT NULL,
    "position" bigint NOT NULL,
    version bigint NOT NULL,
    run_start bigint NOT NULL,
    fields jsonb NOT NULL,
    field_versions jsonb NOT NULL,
    authors jsonb NOT NULL,
    clashes jsonb NOT NULL
);

ALTER TABLE ONLY public.documents ALTER COLUMN fields SET STORAGE MAIN;
ALTER TABLE ONLY public.documents ALTER COLUMN field_versions SET STORAGE MAIN;
ALTER TABLE ONLY public.documents ALTER COLUMN authors SET STORAGE MAIN;
CREATE TABLE public.enrolment_codes (
    selector text NOT NULL,
    code_hash bytea NOT NULL,
    office_id uuid NOT NULL,
    user_name text NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    tries_left smallint NOT NULL,
    device_id uuid,
    rights text[] DEFAULT '{}'::text[] NOT NULL
);

CREATE TABLE public.office_communes (
    office_id uuid NOT NULL,
    commune_code text NOT NULL
);

CREATE TABLE public.offices (
    id uuid NOT NULL,
    name text NOT NULL,
    role text NOT NULL
);

CREATE TABLE public.operations (
    device_id uuid NOT NULL,
    epoch text NOT NULL,
    seq bigint NOT NULL,
    change_id uuid,
    chain_hash bytea NOT NULL,
    change json NOT NULL,
    outcome text NOT NULL,
    version bigint NOT NULL,
    clashed text[] NOT NULL,
    why text NOT NULL,
    accepted_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.province (
    singleton boolean DEFAULT true NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    training boolean NOT NULL,
    server_epoch text NOT NULL,
    CONSTRAINT province_singleton_check CHECK (singleton)
);

CREATE TABLE public.tokens (
    token_hash bytea NOT NULL,
    device_id uuid NOT NULL,
    expires_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.buckets
    ADD CONSTRAINT buckets_pkey PRIMARY KEY (bucket);
ALTER TABLE ONLY public.challenges
    ADD CONSTRAINT challenges_pkey PRIMARY KEY (nonce);
ALTER TABLE ONLY public.communes
    ADD CONSTRAINT communes_pkey PRIMARY KEY (code);
ALTER TABLE ONLY public.device_epochs
    ADD CONSTRAINT device_epochs_pkey PRIMARY KEY (device_id, epoch);
ALTER TABLE ONLY public.devices
    ADD CONSTRAINT devices_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.devices
    ADD CONSTRAINT devices_public_key_key UNIQUE (public_key);
ALTER TABLE ONLY public.document_places
    ADD CONSTRAINT document_places_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.documents
    ADD CONSTRAINT documents_pkey PRIMARY KEY (bucket, id);
ALTER TABLE ONLY public.enrolment_codes
    ADD CONSTRAINT enrolment_codes_pkey PRIMARY KEY (selector);
ALTER TABLE ONLY public.office_communes
    ADD CONSTRAINT office_communes_pkey PRIMARY KEY (office_id, commune_code);
ALTER TABLE ONLY public.offices
    ADD CONSTRAINT offices_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.operations
    ADD CONSTRAINT operations_pkey PRIMARY KEY (device_id, epoch, seq);
ALTER TABLE ONLY public.province
    ADD CONSTRAINT province_pkey PRIMARY KEY (singleton);
ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT tokens_pkey PRIMARY KEY (token_hash);
CREATE INDEX challenges_expires_at_idx ON public.challenges USING btree (expires_at);
CREATE UNIQUE INDEX documents_bucket_position_idx ON public.documents USING btree (bucket, "position");
CREATE INDEX operations_device_id_change_id_idx ON public.operations USING btree (device_id, change_id);
CREATE INDEX tokens_expires_at_idx ON public.tokens USING btree (expires_at);
ALTER TABLE ONLY public.challenges
    ADD CONSTRAINT challenges_device_id_fkey FOREIGN KEY (device_id) REFERENCES public.devices(id);
ALTER TABLE ONLY public.device_epochs
    ADD CONSTRAINT device_epochs_device_id_fkey FOREIGN KEY (device_id) REFERENCES public.devices(id);
ALTER TABLE ONLY public.devices
    ADD CONSTRAINT devices_office_id_fkey FOREIGN KEY (office_id) REFERENCES public.offices(id);
ALTER TABLE ONLY public.enrolment_codes
    ADD CONSTRAINT enrolment_codes_device_id_fkey FOREIGN KEY (device_id) REFERENCES public.devices(id);
ALTER TABLE ONLY public.enrolment_codes
    ADD CONSTRAINT enrolment_codes_office_id_fkey FOREIGN KEY (office_id) REFERENCES public.offices(id);
ALTER TABLE ONLY public.office_communes
    ADD CONSTRAINT office_communes_commune_code_fkey FOREIGN KEY (commune_code) REFERENCES public.communes(code);
ALTER TABLE ONLY public.office_communes
    ADD CONSTRAINT office_communes_office_id_fkey FOREIGN KEY (office_id) REFERENCES public.offices(id);
ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT tokens_device_id_fkey FOREIGN KEY (device_id) REFERENCES public.devices(id);
