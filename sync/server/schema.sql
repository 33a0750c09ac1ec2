CREATE FUNCTION public.count_directory() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    UPDATE public.province SET directory_number = directory_number + 1;
    RETURN NULL;
END
$$;
CREATE FUNCTION public.device_of_key(key text) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$SELECT id FROM public.devices WHERE public_key = key$$;
CREATE FUNCTION public.device_of_refresh(hash bytea) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$SELECT device_id FROM public.refresh_tokens WHERE token_hash = hash AND expires_at > now()$$;
CREATE FUNCTION public.device_of_token(hash bytea) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$SELECT device_id FROM public.tokens WHERE token_hash = hash AND expires_at > now()$$;
CREATE FUNCTION public.write_down(line text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    last record;
    number bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(7216406);
    SELECT l.n, l.hash INTO last FROM public.ledger AS l ORDER BY l.n DESC LIMIT 1;
    number := coalesce(last.n, 0) + 1;
    INSERT INTO public.ledger (n, line, hash) VALUES (number, line, sha256(
        '\x00'::bytea || coalesce(last.hash, sha256('so-an-sinh/server-ledger/1'::bytea))
        || convert_to(line, 'UTF8')));
    RETURN number;
END
$$;
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);

CREATE UNLOGGED TABLE public.allowances (
    kind text NOT NULL,
    who text NOT NULL,
    level double precision NOT NULL,
    counted_at timestamp with time zone NOT NULL
);

CREATE TABLE public.buckets (
    bucket text NOT NULL,
    head bigint NOT NULL,
    documents bigint NOT NULL,
    digest_high bigint NOT NULL,
    digest_low bigint NOT NULL,
    marked_high bigint DEFAULT 0 NOT NULL,
    marked_low bigint DEFAULT 0 NOT NULL
)
WITH (fillfactor='50');
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
    last_hash bytea NOT NULL,
    ledger_n bigint DEFAULT 0 NOT NULL,
    ledger_hash bytea,
    ledger_at timestamp with time zone
)
WITH (fillfactor='50');
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
    id uuid CONSTRAINT new_document_places_id_not_null NOT NULL,
    bucket text CONSTRAINT new_document_places_bucket_not_null NOT NULL
)
PARTITION BY HASH (id);
CREATE TABLE public.document_places_p00 (
    id uuid CONSTRAINT new_document_places_id_not_null NOT NULL,
    bucket text CONSTRAINT new_document_places_bucket_not_null NOT NULL
);

CREATE TABLE public.document_places_p01 (
    id uuid CONSTRAINT new_document_places_id_not_null NOT NULL,
    bucket text CONSTRAINT new_document_places_bucket_not_null NOT NULL
);

CREATE TABLE public.document_places_p02 (
    id uuid CONSTRAINT new_document_places_id_not_null NOT NULL,
    bucket text CONSTRAINT new_document_places_bucket_not_null NOT NULL
);

CREATE TABLE public.document_places_p03 (
    id uuid CONSTRAINT new_document_places_id_not_null NOT NULL,
    bucket text CONSTRAINT new_document_places_bucket_not_null NOT NULL
);

CREATE TABLE public.document_places_p04 (
    id uuid CONSTRAINT new_document_places_id_not_null NOT NULL,
    bucket text CONSTRAINT new_document_places_bucket_not_null NOT NULL
);

CREATE TABLE public.document_places_p05 (
    id uuid CONSTRAINT new_document_places_id_not_null NOT NULL,
    bucket text CONSTRAINT new_document_places_bucket_not_null NOT NULL
);

CREATE TABLE public.document_places_p06 (
    id uuid CONSTRAINT new_document_places_id_not_null NOT NULL,
    bucket text CONSTRAINT new_document_places_bucket_not_null NOT NULL
);

CREATE TABLE public.document_places_p07 (
    id uuid CONSTRAINT new_document_places_id_not_null NOT NULL,
    bucket text CONSTRAINT new_document_places_bucket_not_null NOT NULL
);

CREATE TABLE public.documents (
    bucket text CONSTRAINT new_documents_bucket_not_null NOT NULL,
    id uuid CONSTRAINT new_documents_id_not_null NOT NULL,
    type text CONSTRAINT new_documents_type_not_null NOT NULL,
    "position" bigint CONSTRAINT new_documents_position_not_null NOT NULL,
    version bigint CONSTRAINT new_documents_version_not_null NOT NULL,
    run_start bigint CONSTRAINT new_documents_run_start_not_null NOT NULL,
    fields json CONSTRAINT new_documents_fields_not_null NOT NULL,
    field_versions json CONSTRAINT new_documents_field_versions_not_null NOT NULL,
    authors json CONSTRAINT new_documents_authors_not_null NOT NULL,
    clashes json CONSTRAINT new_documents_clashes_not_null NOT NULL
)
PARTITION BY HASH (bucket);
ALTER TABLE ONLY public.documents ALTER COLUMN fields SET STORAGE MAIN;
ALTER TABLE ONLY public.documents ALTER COLUMN field_versions SET STORAGE MAIN;
ALTER TABLE ONLY public.documents ALTER COLUMN authors SET STORAGE MAIN;
CREATE TABLE public.documents_p00 (
    bucket text CONSTRAINT new_documents_bucket_not_null NOT NULL,
    id uuid CONSTRAINT new_documents_id_not_null NOT NULL,
    type text CONSTRAINT new_documents_type_not_null NOT NULL,
    "position" bigint CONSTRAINT new_documents_position_not_null NOT NULL,
    version bigint CONSTRAINT new_documents_version_not_null NOT NULL,
    run_start bigint CONSTRAINT new_documents_run_start_not_null NOT NULL,
    fields json CONSTRAINT new_documents_fields_not_null NOT NULL,
    field_versions json CONSTRAINT new_documents_field_versions_not_null NOT NULL,
    authors json CONSTRAINT new_documents_authors_not_null NOT NULL,
    clashes json CONSTRAINT new_documents_clashes_not_null NOT NULL
)
WITH (toast_tuple_target='8160', autovacuum_vacuum_scale_factor='0.02');
ALTER TABLE ONLY public.documents_p00 ALTER COLUMN fields SET STORAGE MAIN;
ALTER TABLE ONLY public.documents_p00 ALTER COLUMN field_versions SET STORAGE MAIN;
ALTER TABLE ONLY public.documents_p00 ALTER COLUMN authors SET STORAGE MAIN;
CREATE TABLE public.documents_p01 (
    bucket text CONSTRAINT new_documents_bucket_not_null NOT NULL,
    id uuid CONSTRAINT new_documents_id_not_null NOT NULL,
    type text CONSTRAINT new_documents_type_not_null NOT NULL,
    "position" bigint CONSTRAINT new_documents_position_not_null NOT NULL,
    version bigint CONSTRAINT new_documents_version_not_null NOT NULL,
    run_start bigint CONSTRAINT new_documents_run_start_not_null NOT NULL,
    fields json CONSTRAINT new_documents_fields_not_null NOT NULL,
    field_versions json CONSTRAINT new_documents_field_versions_not_null NOT NULL,
    authors json CONSTRAINT new_documents_authors_not_null NOT NULL,
    clashes json CONSTRAINT new_documents_clashes_not_null NOT NULL
)
WITH (toast_tuple_target='8160', autovacuum_vacuum_scale_factor='0.02');
ALTER TABLE ONLY public.documents_p01 ALTER COLUMN fields SET STORAGE MAIN;
ALTER TABLE ONLY public.documents_p01 ALTER COLUMN field_versions SET STORAGE MAIN;
ALTER TABLE ONLY public.documents_p01 ALTER COLUMN authors SET STORAGE MAIN;
CREATE TABLE public.documents_p02 (
    bucket text CONSTRAINT new_documents_bucket_not_null NOT NULL,
    id uuid CONSTRAINT new_documents_id_not_null NOT NULL,
    type text CONSTRAINT new_documents_type_not_null NOT NULL,
    "position" bigint CONSTRAINT new_documents_position_not_null NOT NULL,
    version bigint CONSTRAINT new_documents_version_not_null NOT NULL,
    run_start bigint CONSTRAINT new_documents_run_start_not_null NOT NULL,
    fields json CONSTRAINT new_documents_fields_not_null NOT NULL,
    field_versions json CONSTRAINT new_documents_field_versions_not_null NOT NULL,
    authors json CONSTRAINT new_documents_authors_not_null NOT NULL,
    clashes json CONSTRAINT new_documents_clashes_not_null NOT NULL
)
WITH (toast_tuple_target='8160', autovacuum_vacuum_scale_factor='0.02');
ALTER TABLE ONLY public.documents_p02 ALTER COLUMN fields SET STORAGE MAIN;
ALTER TABLE ONLY public.documents_p02 ALTER COLUMN field_versions SET STORAGE MAIN;
ALTER TABLE ONLY public.documents_p02 ALTER COLUMN authors SET STORAGE MAIN;
CREATE TABLE public.documents_p03 (
    bucket text CONSTRAINT new_documents_bucket_not_null NOT NULL,
    id uuid CONSTRAINT new_documents_id_not_null NOT NULL,
    type text CONSTRAINT new_documents_type_not_null NOT NULL,
    "position" bigint CONSTRAINT new_documents_position_not_null NOT NULL,
    version bigint CONSTRAINT new_documents_version_not_null NOT NULL,
    run_start bigint CONSTRAINT new_documents_run_start_not_null NOT NULL,
    fields json CONSTRAINT new_documents_fields_not_null NOT NULL,
    field_versions json CONSTRAINT new_documents_field_versions_not_null NOT NULL,
    authors json CONSTRAINT new_documents_authors_not_null NOT NULL,
    clashes json CONSTRAINT new_documents_clashes_not_null NOT NULL
)
WITH (toast_tuple_target='8160', autovacuum_vacuum_scale_factor='0.02');
ALTER TABLE ONLY public.documents_p03 ALTER COLUMN fields SET STORAGE MAIN;
ALTER TABLE ONLY public.documents_p03 ALTER COLUMN field_versions SET STORAGE MAIN;
ALTER TABLE ONLY public.documents_p03 ALTER COLUMN authors SET STORAGE MAIN;
CREATE TABLE public.documents_p04 (
    bucket text CONSTRAINT new_documents_bucket_not_null NOT NULL,
    id uuid CONSTRAINT new_documents_id_not_null NOT NULL,
    type text CONSTRAINT new_documents_type_not_null NOT NULL,
    "position" bigint CONSTRAINT new_documents_position_not_null NOT NULL,
    version bigint CONSTRAINT new_documents_version_not_null NOT NULL,
    run_start bigint CONSTRAINT new_documents_run_start_not_null NOT NULL,
    fields json CONSTRAINT new_documents_fields_not_null NOT NULL,
    field_versions json CONSTRAINT new_documents_field_versions_not_null NOT NULL,
    authors json CONSTRAINT new_documents_authors_not_null NOT NULL,
    clashes json CONSTRAINT new_documents_clashes_not_null NOT NULL
)
WITH (toast_tuple_target='8160', autovacuum_vacuum_scale_factor='0.02');
ALTER TABLE ONLY public.documents_p04 ALTER COLUMN fields SET STORAGE MAIN;
ALTER TABLE ONLY public.documents_p04 ALTER COLUMN field_versions SET STORAGE MAIN;
ALTER TABLE ONLY public.documents_p04 ALTER COLUMN authors SET STORAGE MAIN;
CREATE TABLE public.documents_p05 (
    bucket text CONSTRAINT new_documents_bucket_not_null NOT NULL,
    id uuid CONSTRAINT new_documents_id_not_null NOT NULL,
    type text CONSTRAINT new_documents_type_not_null NOT NULL,
    "position" bigint CONSTRAINT new_documents_position_not_null NOT NULL,
    version bigint CONSTRAINT new_documents_version_not_null NOT NULL,
    run_start bigint CONSTRAINT new_documents_run_start_not_null NOT NULL,
    fields json CONSTRAINT new_documents_fields_not_null NOT NULL,
    field_versions json CONSTRAINT new_documents_field_versions_not_null NOT NULL,
    authors json CONSTRAINT new_documents_authors_not_null NOT NULL,
    clashes json CONSTRAINT new_documents_clashes_not_null NOT NULL
)
WITH (toast_tuple_target='8160', autovacuum_vacuum_scale_factor='0.02');
ALTER TABLE ONLY public.documents_p05 ALTER COLUMN fields SET STORAGE MAIN;
ALTER TABLE ONLY public.documents_p05 ALTER COLUMN field_versions SET STORAGE MAIN;
ALTER TABLE ONLY public.documents_p05 ALTER COLUMN authors SET STORAGE MAIN;
CREATE TABLE public.documents_p06 (
    bucket text CONSTRAINT new_documents_bucket_not_null NOT NULL,
    id uuid CONSTRAINT new_documents_id_not_null NOT NULL,
    type text CONSTRAINT new_documents_type_not_null NOT NULL,
    "position" bigint CONSTRAINT new_documents_position_not_null NOT NULL,
    version bigint CONSTRAINT new_documents_version_not_null NOT NULL,
    run_start bigint CONSTRAINT new_documents_run_start_not_null NOT NULL,
    fields json CONSTRAINT new_documents_fields_not_null NOT NULL,
    field_versions json CONSTRAINT new_documents_field_versions_not_null NOT NULL,
    authors json CONSTRAINT new_documents_authors_not_null NOT NULL,
    clashes json CONSTRAINT new_documents_clashes_not_null NOT NULL
)
WITH (toast_tuple_target='8160', autovacuum_vacuum_scale_factor='0.02');
ALTER TABLE ONLY public.documents_p06 ALTER COLUMN fields SET STORAGE MAIN;
ALTER TABLE ONLY public.documents_p06 ALTER COLUMN field_versions SET STORAGE MAIN;
ALTER TABLE ONLY public.documents_p06 ALTER COLUMN authors SET STORAGE MAIN;
CREATE TABLE public.documents_p07 (
    bucket text CONSTRAINT new_documents_bucket_not_null NOT NULL,
    id uuid CONSTRAINT new_documents_id_not_null NOT NULL,
    type text CONSTRAINT new_documents_type_not_null NOT NULL,
    "position" bigint CONSTRAINT new_documents_position_not_null NOT NULL,
    version bigint CONSTRAINT new_documents_version_not_null NOT NULL,
    run_start bigint CONSTRAINT new_documents_run_start_not_null NOT NULL,
    fields json CONSTRAINT new_documents_fields_not_null NOT NULL,
    field_versions json CONSTRAINT new_documents_field_versions_not_null NOT NULL,
    authors json CONSTRAINT new_documents_authors_not_null NOT NULL,
    clashes json CONSTRAINT new_documents_clashes_not_null NOT NULL
)
WITH (toast_tuple_target='8160', autovacuum_vacuum_scale_factor='0.02');
ALTER TABLE ONLY public.documents_p07 ALTER COLUMN fields SET STORAGE MAIN;
ALTER TABLE ONLY public.documents_p07 ALTER COLUMN field_versions SET STORAGE MAIN;
ALTER TABLE ONLY public.documents_p07 ALTER COLUMN authors SET STORAGE MAIN;
CREATE TABLE public.documents_p08 (
    bucket text CONSTRAINT new_documents_bucket_not_null NOT NULL,
    id uuid CONSTRAINT new_documents_id_not_null NOT NULL,
    type text CONSTRAINT new_documents_type_not_null NOT NULL,
    "position" bigint CONSTRAINT new_documents_position_not_null NOT NULL,
    version bigint CONSTRAINT new_documents_version_not_null NOT NULL,
    run_start bigint CONSTRAINT new_documents_run_start_not_null NOT NULL,
    fields json CONSTRAINT new_documents_fields_not_null NOT NULL,
    field_versions json CONSTRAINT new_documents_field_versions_not_null NOT NULL,
    authors json CONSTRAINT new_documents_authors_not_null NOT NULL,
    clashes json CONSTRAINT new_documents_clashes_not_null NOT NULL
)
WITH (toast_tuple_target='8160', autovacuum_vacuum_scale_factor='0.02');
ALTER TABLE ONLY public.documents_p08 ALTER COLUMN fields SET STORAGE MAIN;
ALTER TABLE ONLY public.documents_p08 ALTER COLUMN field_versions SET STORAGE MAIN;
ALTER TABLE ONLY public.documents_p08 ALTER COLUMN authors SET STORAGE MAIN;
CREATE TABLE public.documents_p09 (
    bucket text CONSTRAINT new_documents_bucket_not_null NOT NULL,
    id uuid CONSTRAINT new_documents_id_not_null NOT NULL,
    type text CONSTRAINT new_documents_type_not_null NOT NULL,
    "position" bigint CONSTRAINT new_documents_position_not_null NOT NULL,
    version bigint CONSTRAINT new_documents_version_not_null NOT NULL,
    run_start bigint CONSTRAINT new_documents_run_start_not_null NOT NULL,
    fields json CONSTRAINT new_documents_fields_not_null NOT NULL,
    field_versions json CONSTRAINT new_documents_field_versions_not_null NOT NULL,
    authors json CONSTRAINT new_documents_authors_not_null NOT NULL,
    clashes json CONSTRAINT new_documents_clashes_not_null NOT NULL
)
WITH (toast_tuple_target='8160', autovacuum_vacuum_scale_factor='0.02');
ALTER TABLE ONLY public.documents_p09 ALTER COLUMN fields SET STORAGE MAIN;
ALTER TABLE ONLY public.documents_p09 ALTER COLUMN field_versions SET STORAGE MAIN;
ALTER TABLE ONLY public.documents_p09 ALTER COLUMN authors SET STORAGE MAIN;
CREATE TABLE public.documents_p10 (
    bucket text CONSTRAINT new_documents_bucket_not_null NOT NULL,
    id uuid CONSTRAINT new_documents_id_not_null NOT NULL,
    type text CONSTRAINT new_documents_type_not_null NOT NULL,
    "position" bigint CONSTRAINT new_documents_position_not_null NOT NULL,
    version bigint CONSTRAINT new_documents_version_not_null NOT NULL,
    run_start bigint CONSTRAINT new_documents_run_start_not_null NOT NULL,
    fields json CONSTRAINT new_documents_fields_not_null NOT NULL,
    field_versions json CONSTRAINT new_documents_field_versions_not_null NOT NULL,
    authors json CONSTRAINT new_documents_authors_not_null NOT NULL,
    clashes json CONSTRAINT new_documents_clashes_not_null NOT NULL
)
WITH (toast_tuple_target='8160', autovacuum_vacuum_scale_factor='0.02');
ALTER TABLE ONLY public.documents_p10 ALTER COLUMN fields SET STORAGE MAIN;
ALTER TABLE ONLY public.documents_p10 ALTER COLUMN field_versions SET STORAGE MAIN;
ALTER TABLE ONLY public.documents_p10 ALTER COLUMN authors SET STORAGE MAIN;
CREATE TABLE public.documents_p11 (
    bucket text CONSTRAINT new_documents_bucket_not_null NOT NULL,
    id uuid CONSTRAINT new_documents_id_not_null NOT NULL,
    type text CONSTRAINT new_documents_type_not_null NOT NULL,
    "position" bigint CONSTRAINT new_documents_position_not_null NOT NULL,
    version bigint CONSTRAINT new_documents_version_not_null NOT NULL,
    run_start bigint CONSTRAINT new_documents_run_start_not_null NOT NULL,
    fields json CONSTRAINT new_documents_fields_not_null NOT NULL,
    field_versions json CONSTRAINT new_documents_field_versions_not_null NOT NULL,
    authors json CONSTRAINT new_documents_authors_not_null NOT NULL,
    clashes json CONSTRAINT new_documents_clashes_not_null NOT NULL
)
WITH (toast_tuple_target='8160', autovacuum_vacuum_scale_factor='0.02');
ALTER TABLE ONLY public.documents_p11 ALTER COLUMN fields SET STORAGE MAIN;
ALTER TABLE ONLY public.documents_p11 ALTER COLUMN field_versions SET STORAGE MAIN;
ALTER TABLE ONLY public.documents_p11 ALTER COLUMN authors SET STORAGE MAIN;
CREATE TABLE public.documents_p12 (
    bucket text CONSTRAINT new_documents_bucket_not_null NOT NULL,
    id uuid CONSTRAINT new_documents_id_not_null NOT NULL,
    type text CONSTRAINT new_documents_type_not_null NOT NULL,
    "position" bigint CONSTRAINT new_documents_position_not_null NOT NULL,
    version bigint CONSTRAINT new_documents_version_not_null NOT NULL,
    run_start bigint CONSTRAINT new_documents_run_start_not_null NOT NULL,
    fields json CONSTRAINT new_documents_fields_not_null NOT NULL,
    field_versions json CONSTRAINT new_documents_field_versions_not_null NOT NULL,
    authors json CONSTRAINT new_documents_authors_not_null NOT NULL,
    clashes json CONSTRAINT new_documents_clashes_not_null NOT NULL
)
WITH (toast_tuple_target='8160', autovacuum_vacuum_scale_factor='0.02');
ALTER TABLE ONLY public.documents_p12 ALTER COLUMN fields SET STORAGE MAIN;
ALTER TABLE ONLY public.documents_p12 ALTER COLUMN field_versions SET STORAGE MAIN;
ALTER TABLE ONLY public.documents_p12 ALTER COLUMN authors SET STORAGE MAIN;
CREATE TABLE public.documents_p13 (
    bucket text CONSTRAINT new_documents_bucket_not_null NOT NULL,
    id uuid CONSTRAINT new_documents_id_not_null NOT NULL,
    type text CONSTRAINT new_documents_type_not_null NOT NULL,
    "position" bigint CONSTRAINT new_documents_position_not_null NOT NULL,
    version bigint CONSTRAINT new_documents_version_not_null NOT NULL,
    run_start bigint CONSTRAINT new_documents_run_start_not_null NOT NULL,
    fields json CONSTRAINT new_documents_fields_not_null NOT NULL,
    field_versions json CONSTRAINT new_documents_field_versions_not_null NOT NULL,
    authors json CONSTRAINT new_documents_authors_not_null NOT NULL,
    clashes json CONSTRAINT new_documents_clashes_not_null NOT NULL
)
WITH (toast_tuple_target='8160', autovacuum_vacuum_scale_factor='0.02');
ALTER TABLE ONLY public.documents_p13 ALTER COLUMN fields SET STORAGE MAIN;
ALTER TABLE ONLY public.documents_p13 ALTER COLUMN field_versions SET STORAGE MAIN;
ALTER TABLE ONLY public.documents_p13 ALTER COLUMN authors SET STORAGE MAIN;
CREATE TABLE public.documents_p14 (
    bucket text CONSTRAINT new_documents_bucket_not_null NOT NULL,
    id uuid CONSTRAINT new_documents_id_not_null NOT NULL,
    type text CONSTRAINT new_documents_type_not_null NOT NULL,
    "position" bigint CONSTRAINT new_documents_position_not_null NOT NULL,
    version bigint CONSTRAINT new_documents_version_not_null NOT NULL,
    run_start bigint CONSTRAINT new_documents_run_start_not_null NOT NULL,
    fields json CONSTRAINT new_documents_fields_not_null NOT NULL,
    field_versions json CONSTRAINT new_documents_field_versions_not_null NOT NULL,
    authors json CONSTRAINT new_documents_authors_not_null NOT NULL,
    clashes json CONSTRAINT new_documents_clashes_not_null NOT NULL
)
WITH (toast_tuple_target='8160', autovacuum_vacuum_scale_factor='0.02');
ALTER TABLE ONLY public.documents_p14 ALTER COLUMN fields SET STORAGE MAIN;
ALTER TABLE ONLY public.documents_p14 ALTER COLUMN field_versions SET STORAGE MAIN;
ALTER TABLE ONLY public.documents_p14 ALTER COLUMN authors SET STORAGE MAIN;
CREATE TABLE public.documents_p15 (
    bucket text CONSTRAINT new_documents_bucket_not_null NOT NULL,
    id uuid CONSTRAINT new_documents_id_not_null NOT NULL,
    type text CONSTRAINT new_documents_type_not_null NOT NULL,
    "position" bigint CONSTRAINT new_documents_position_not_null NOT NULL,
    version bigint CONSTRAINT new_documents_version_not_null NOT NULL,
    run_start bigint CONSTRAINT new_documents_run_start_not_null NOT NULL,
    fields json CONSTRAINT new_documents_fields_not_null NOT NULL,
    field_versions json CONSTRAINT new_documents_field_versions_not_null NOT NULL,
    authors json CONSTRAINT new_documents_authors_not_null NOT NULL,
    clashes json CONSTRAINT new_documents_clashes_not_null NOT NULL
)
WITH (toast_tuple_target='8160', autovacuum_vacuum_scale_factor='0.02');
ALTER TABLE ONLY public.documents_p15 ALTER COLUMN fields SET STORAGE MAIN;
ALTER TABLE ONLY public.documents_p15 ALTER COLUMN field_versions SET STORAGE MAIN;
ALTER TABLE ONLY public.documents_p15 ALTER COLUMN authors SET STORAGE MAIN;
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

CREATE TABLE public.exports (
    id uuid NOT NULL,
    asked_by text NOT NULL,
    asked_at timestamp with time zone DEFAULT now() NOT NULL,
    data_set text NOT NULL,
    communes text[] NOT NULL,
    purpose text NOT NULL,
    approved_by text,
    approved_at timestamp with time zone,
    begun_at timestamp with time zone,
    made_at timestamp with time zone,
    rows bigint,
    sha256 text,
    CONSTRAINT exports_by_two CHECK ((approved_by <> asked_by))
);

CREATE TABLE public.ledger (
    n bigint NOT NULL,
    line text NOT NULL,
    hash bytea NOT NULL
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
    device_id uuid CONSTRAINT new_operations_device_id_not_null NOT NULL,
    epoch text CONSTRAINT new_operations_epoch_not_null NOT NULL,
    seq bigint CONSTRAINT new_operations_seq_not_null NOT NULL,
    change_id uuid,
    chain_hash bytea CONSTRAINT new_operations_chain_hash_not_null NOT NULL,
    change json CONSTRAINT new_operations_change_not_null NOT NULL,
    outcome text CONSTRAINT new_operations_outcome_not_null NOT NULL,
    version bigint CONSTRAINT new_operations_version_not_null NOT NULL,
    clashed text[] CONSTRAINT new_operations_clashed_not_null NOT NULL,
    why text CONSTRAINT new_operations_why_not_null NOT NULL,
    accepted_at timestamp with time zone DEFAULT now() CONSTRAINT new_operations_accepted_at_not_null NOT NULL
)
PARTITION BY HASH (device_id);
CREATE TABLE public.operations_p00 (
    device_id uuid CONSTRAINT new_operations_device_id_not_null NOT NULL,
    epoch text CONSTRAINT new_operations_epoch_not_null NOT NULL,
    seq bigint CONSTRAINT new_operations_seq_not_null NOT NULL,
    change_id uuid,
    chain_hash bytea CONSTRAINT new_operations_chain_hash_not_null NOT NULL,
    change json CONSTRAINT new_operations_change_not_null NOT NULL,
    outcome text CONSTRAINT new_operations_outcome_not_null NOT NULL,
    version bigint CONSTRAINT new_operations_version_not_null NOT NULL,
    clashed text[] CONSTRAINT new_operations_clashed_not_null NOT NULL,
    why text CONSTRAINT new_operations_why_not_null NOT NULL,
    accepted_at timestamp with time zone DEFAULT now() CONSTRAINT new_operations_accepted_at_not_null NOT NULL
)
WITH (toast_tuple_target='8160');
CREATE TABLE public.operations_p01 (
    device_id uuid CONSTRAINT new_operations_device_id_not_null NOT NULL,
    epoch text CONSTRAINT new_operations_epoch_not_null NOT NULL,
    seq bigint CONSTRAINT new_operations_seq_not_null NOT NULL,
    change_id uuid,
    chain_hash bytea CONSTRAINT new_operations_chain_hash_not_null NOT NULL,
    change json CONSTRAINT new_operations_change_not_null NOT NULL,
    outcome text CONSTRAINT new_operations_outcome_not_null NOT NULL,
    version bigint CONSTRAINT new_operations_version_not_null NOT NULL,
    clashed text[] CONSTRAINT new_operations_clashed_not_null NOT NULL,
    why text CONSTRAINT new_operations_why_not_null NOT NULL,
    accepted_at timestamp with time zone DEFAULT now() CONSTRAINT new_operations_accepted_at_not_null NOT NULL
)
WITH (toast_tuple_target='8160');
CREATE TABLE public.operations_p02 (
    device_id uuid CONSTRAINT new_operations_device_id_not_null NOT NULL,
    epoch text CONSTRAINT new_operations_epoch_not_null NOT NULL,
    seq bigint CONSTRAINT new_operations_seq_not_null NOT NULL,
    change_id uuid,
    chain_hash bytea CONSTRAINT new_operations_chain_hash_not_null NOT NULL,
    change json CONSTRAINT new_operations_change_not_null NOT NULL,
    outcome text CONSTRAINT new_operations_outcome_not_null NOT NULL,
    version bigint CONSTRAINT new_operations_version_not_null NOT NULL,
    clashed text[] CONSTRAINT new_operations_clashed_not_null NOT NULL,
    why text CONSTRAINT new_operations_why_not_null NOT NULL,
    accepted_at timestamp with time zone DEFAULT now() CONSTRAINT new_operations_accepted_at_not_null NOT NULL
)
WITH (toast_tuple_target='8160');
CREATE TABLE public.operations_p03 (
    device_id uuid CONSTRAINT new_operations_device_id_not_null NOT NULL,
    epoch text CONSTRAINT new_operations_epoch_not_null NOT NULL,
    seq bigint CONSTRAINT new_operations_seq_not_null NOT NULL,
    change_id uuid,
    chain_hash bytea CONSTRAINT new_operations_chain_hash_not_null NOT NULL,
    change json CONSTRAINT new_operations_change_not_null NOT NULL,
    outcome text CONSTRAINT new_operations_outcome_not_null NOT NULL,
    version bigint CONSTRAINT new_operations_version_not_null NOT NULL,
    clashed text[] CONSTRAINT new_operations_clashed_not_null NOT NULL,
    why text CONSTRAINT new_operations_why_not_null NOT NULL,
    accepted_at timestamp with time zone DEFAULT now() CONSTRAINT new_operations_accepted_at_not_null NOT NULL
)
WITH (toast_tuple_target='8160');
CREATE TABLE public.operations_p04 (
    device_id uuid CONSTRAINT new_operations_device_id_not_null NOT NULL,
    epoch text CONSTRAINT new_operations_epoch_not_null NOT NULL,
    seq bigint CONSTRAINT new_operations_seq_not_null NOT NULL,
    change_id uuid,
    chain_hash bytea CONSTRAINT new_operations_chain_hash_not_null NOT NULL,
    change json CONSTRAINT new_operations_change_not_null NOT NULL,
    outcome text CONSTRAINT new_operations_outcome_not_null NOT NULL,
    version bigint CONSTRAINT new_operations_version_not_null NOT NULL,
    clashed text[] CONSTRAINT new_operations_clashed_not_null NOT NULL,
    why text CONSTRAINT new_operations_why_not_null NOT NULL,
    accepted_at timestamp with time zone DEFAULT now() CONSTRAINT new_operations_accepted_at_not_null NOT NULL
)
WITH (toast_tuple_target='8160');
CREATE TABLE public.operations_p05 (
    device_id uuid CONSTRAINT new_operations_device_id_not_null NOT NULL,
    epoch text CONSTRAINT new_operations_epoch_not_null NOT NULL,
    seq bigint CONSTRAINT new_operations_seq_not_null NOT NULL,
    change_id uuid,
    chain_hash bytea CONSTRAINT new_operations_chain_hash_not_null NOT NULL,
    change json CONSTRAINT new_operations_change_not_null NOT NULL,
    outcome text CONSTRAINT new_operations_outcome_not_null NOT NULL,
    version bigint CONSTRAINT new_operations_version_not_null NOT NULL,
    clashed text[] CONSTRAINT new_operations_clashed_not_null NOT NULL,
    why text CONSTRAINT new_operations_why_not_null NOT NULL,
    accepted_at timestamp with time zone DEFAULT now() CONSTRAINT new_operations_accepted_at_not_null NOT NULL
)
WITH (toast_tuple_target='8160');
CREATE TABLE public.operations_p06 (
    device_id uuid CONSTRAINT new_operations_device_id_not_null NOT NULL,
    epoch text CONSTRAINT new_operations_epoch_not_null NOT NULL,
    seq bigint CONSTRAINT new_operations_seq_not_null NOT NULL,
    change_id uuid,
    chain_hash bytea CONSTRAINT new_operations_chain_hash_not_null NOT NULL,
    change json CONSTRAINT new_operations_change_not_null NOT NULL,
    outcome text CONSTRAINT new_operations_outcome_not_null NOT NULL,
    version bigint CONSTRAINT new_operations_version_not_null NOT NULL,
    clashed text[] CONSTRAINT new_operations_clashed_not_null NOT NULL,
    why text CONSTRAINT new_operations_why_not_null NOT NULL,
    accepted_at timestamp with time zone DEFAULT now() CONSTRAINT new_operations_accepted_at_not_null NOT NULL
)
WITH (toast_tuple_target='8160');
CREATE TABLE public.operations_p07 (
    device_id uuid CONSTRAINT new_operations_device_id_not_null NOT NULL,
    epoch text CONSTRAINT new_operations_epoch_not_null NOT NULL,
    seq bigint CONSTRAINT new_operations_seq_not_null NOT NULL,
    change_id uuid,
    chain_hash bytea CONSTRAINT new_operations_chain_hash_not_null NOT NULL,
    change json CONSTRAINT new_operations_change_not_null NOT NULL,
    outcome text CONSTRAINT new_operations_outcome_not_null NOT NULL,
    version bigint CONSTRAINT new_operations_version_not_null NOT NULL,
    clashed text[] CONSTRAINT new_operations_clashed_not_null NOT NULL,
    why text CONSTRAINT new_operations_why_not_null NOT NULL,
    accepted_at timestamp with time zone DEFAULT now() CONSTRAINT new_operations_accepted_at_not_null NOT NULL
)
WITH (toast_tuple_target='8160');
CREATE TABLE public.operators (
    name text NOT NULL,
    rights text[] NOT NULL,
    verifier text NOT NULL,
    made_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.parcels_received (
    device_id uuid NOT NULL,
    series text NOT NULL,
    number bigint NOT NULL,
    content text NOT NULL,
    received_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.parcels_sent (
    device_id uuid NOT NULL,
    number bigint NOT NULL
);

CREATE TABLE public.province (
    singleton boolean DEFAULT true NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    training boolean NOT NULL,
    server_epoch text NOT NULL,
    directory_number bigint DEFAULT 1 NOT NULL,
    pack_serial bigint DEFAULT 0 NOT NULL,
    pack_floor bigint DEFAULT 0 NOT NULL,
    CONSTRAINT province_singleton_check CHECK (singleton)
);

CREATE TABLE public.publications (
    kind text NOT NULL,
    number bigint NOT NULL,
    name text NOT NULL,
    text text NOT NULL,
    signature text NOT NULL,
    sha256 text NOT NULL,
    content bytea NOT NULL,
    source_sha256 text NOT NULL,
    published_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.pull_days (
    device_id uuid NOT NULL,
    day date NOT NULL,
    rows bigint NOT NULL,
    alarmed_at timestamp with time zone
);

CREATE TABLE public.refresh_tokens (
    token_hash bytea NOT NULL,
    family uuid NOT NULL,
    device_id uuid NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone
);

CREATE TABLE public.server_keys (
    singleton boolean DEFAULT true NOT NULL,
    seed bytea NOT NULL,
    CONSTRAINT server_keys_singleton CHECK (singleton)
);

CREATE TABLE public.tokens (
    token_hash bytea NOT NULL,
    device_id uuid NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    family uuid
);

ALTER TABLE ONLY public.document_places ATTACH PARTITION public.document_places_p00 FOR VALUES WITH (modulus 8, remainder 0);
ALTER TABLE ONLY public.document_places ATTACH PARTITION public.document_places_p01 FOR VALUES WITH (modulus 8, remainder 1);
ALTER TABLE ONLY public.document_places ATTACH PARTITION public.document_places_p02 FOR VALUES WITH (modulus 8, remainder 2);
ALTER TABLE ONLY public.document_places ATTACH PARTITION public.document_places_p03 FOR VALUES WITH (modulus 8, remainder 3);
ALTER TABLE ONLY public.document_places ATTACH PARTITION public.document_places_p04 FOR VALUES WITH (modulus 8, remainder 4);
ALTER TABLE ONLY public.document_places ATTACH PARTITION public.document_places_p05 FOR VALUES WITH (modulus 8, remainder 5);
ALTER TABLE ONLY public.document_places ATTACH PARTITION public.document_places_p06 FOR VALUES WITH (modulus 8, remainder 6);
ALTER TABLE ONLY public.document_places ATTACH PARTITION public.document_places_p07 FOR VALUES WITH (modulus 8, remainder 7);
ALTER TABLE ONLY public.documents ATTACH PARTITION public.documents_p00 FOR VALUES WITH (modulus 16, remainder 0);
ALTER TABLE ONLY public.documents ATTACH PARTITION public.documents_p01 FOR VALUES WITH (modulus 16, remainder 1);
ALTER TABLE ONLY public.documents ATTACH PARTITION public.documents_p02 FOR VALUES WITH (modulus 16, remainder 2);
ALTER TABLE ONLY public.documents ATTACH PARTITION public.documents_p03 FOR VALUES WITH (modulus 16, remainder 3);
ALTER TABLE ONLY public.documents ATTACH PARTITION public.documents_p04 FOR VALUES WITH (modulus 16, remainder 4);
ALTER TABLE ONLY public.documents ATTACH PARTITION public.documents_p05 FOR VALUES WITH (modulus 16, remainder 5);
ALTER TABLE ONLY public.documents ATTACH PARTITION public.documents_p06 FOR VALUES WITH (modulus 16, remainder 6);
ALTER TABLE ONLY public.documents ATTACH PARTITION public.documents_p07 FOR VALUES WITH (modulus 16, remainder 7);
ALTER TABLE ONLY public.documents ATTACH PARTITION public.documents_p08 FOR VALUES WITH (modulus 16, remainder 8);
ALTER TABLE ONLY public.documents ATTACH PARTITION public.documents_p09 FOR VALUES WITH (modulus 16, remainder 9);
ALTER TABLE ONLY public.documents ATTACH PARTITION public.documents_p10 FOR VALUES WITH (modulus 16, remainder 10);
ALTER TABLE ONLY public.documents ATTACH PARTITION public.documents_p11 FOR VALUES WITH (modulus 16, remainder 11);
ALTER TABLE ONLY public.documents ATTACH PARTITION public.documents_p12 FOR VALUES WITH (modulus 16, remainder 12);
ALTER TABLE ONLY public.documents ATTACH PARTITION public.documents_p13 FOR VALUES WITH (modulus 16, remainder 13);
ALTER TABLE ONLY public.documents ATTACH PARTITION public.documents_p14 FOR VALUES WITH (modulus 16, remainder 14);
ALTER TABLE ONLY public.documents ATTACH PARTITION public.documents_p15 FOR VALUES WITH (modulus 16, remainder 15);
ALTER TABLE ONLY public.operations ATTACH PARTITION public.operations_p00 FOR VALUES WITH (modulus 8, remainder 0);
ALTER TABLE ONLY public.operations ATTACH PARTITION public.operations_p01 FOR VALUES WITH (modulus 8, remainder 1);
ALTER TABLE ONLY public.operations ATTACH PARTITION public.operations_p02 FOR VALUES WITH (modulus 8, remainder 2);
ALTER TABLE ONLY public.operations ATTACH PARTITION public.operations_p03 FOR VALUES WITH (modulus 8, remainder 3);
ALTER TABLE ONLY public.operations ATTACH PARTITION public.operations_p04 FOR VALUES WITH (modulus 8, remainder 4);
ALTER TABLE ONLY public.operations ATTACH PARTITION public.operations_p05 FOR VALUES WITH (modulus 8, remainder 5);
ALTER TABLE ONLY public.operations ATTACH PARTITION public.operations_p06 FOR VALUES WITH (modulus 8, remainder 6);
ALTER TABLE ONLY public.operations ATTACH PARTITION public.operations_p07 FOR VALUES WITH (modulus 8, remainder 7);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.allowances
    ADD CONSTRAINT allowances_pkey PRIMARY KEY (kind, who);
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
ALTER TABLE ONLY public.document_places_p00
    ADD CONSTRAINT document_places_p00_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.document_places_p01
    ADD CONSTRAINT document_places_p01_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.document_places_p02
    ADD CONSTRAINT document_places_p02_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.document_places_p03
    ADD CONSTRAINT document_places_p03_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.document_places_p04
    ADD CONSTRAINT document_places_p04_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.document_places_p05
    ADD CONSTRAINT document_places_p05_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.document_places_p06
    ADD CONSTRAINT document_places_p06_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.document_places_p07
    ADD CONSTRAINT document_places_p07_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.documents
    ADD CONSTRAINT documents_pkey PRIMARY KEY (bucket, id);
ALTER TABLE ONLY public.documents_p00
    ADD CONSTRAINT documents_p00_pkey PRIMARY KEY (bucket, id);
ALTER TABLE ONLY public.documents_p01
    ADD CONSTRAINT documents_p01_pkey PRIMARY KEY (bucket, id);
ALTER TABLE ONLY public.documents_p02
    ADD CONSTRAINT documents_p02_pkey PRIMARY KEY (bucket, id);
ALTER TABLE ONLY public.documents_p03
    ADD CONSTRAINT documents_p03_pkey PRIMARY KEY (bucket, id);
ALTER TABLE ONLY public.documents_p04
    ADD CONSTRAINT documents_p04_pkey PRIMARY KEY (bucket, id);
ALTER TABLE ONLY public.documents_p05
    ADD CONSTRAINT documents_p05_pkey PRIMARY KEY (bucket, id);
ALTER TABLE ONLY public.documents_p06
    ADD CONSTRAINT documents_p06_pkey PRIMARY KEY (bucket, id);
ALTER TABLE ONLY public.documents_p07
    ADD CONSTRAINT documents_p07_pkey PRIMARY KEY (bucket, id);
ALTER TABLE ONLY public.documents_p08
    ADD CONSTRAINT documents_p08_pkey PRIMARY KEY (bucket, id);
ALTER TABLE ONLY public.documents_p09
    ADD CONSTRAINT documents_p09_pkey PRIMARY KEY (bucket, id);
ALTER TABLE ONLY public.documents_p10
    ADD CONSTRAINT documents_p10_pkey PRIMARY KEY (bucket, id);
ALTER TABLE ONLY public.documents_p11
    ADD CONSTRAINT documents_p11_pkey PRIMARY KEY (bucket, id);
ALTER TABLE ONLY public.documents_p12
    ADD CONSTRAINT documents_p12_pkey PRIMARY KEY (bucket, id);
ALTER TABLE ONLY public.documents_p13
    ADD CONSTRAINT documents_p13_pkey PRIMARY KEY (bucket, id);
ALTER TABLE ONLY public.documents_p14
    ADD CONSTRAINT documents_p14_pkey PRIMARY KEY (bucket, id);
ALTER TABLE ONLY public.documents_p15
    ADD CONSTRAINT documents_p15_pkey PRIMARY KEY (bucket, id);
ALTER TABLE ONLY public.enrolment_codes
    ADD CONSTRAINT enrolment_codes_pkey PRIMARY KEY (selector);
ALTER TABLE ONLY public.exports
    ADD CONSTRAINT exports_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.ledger
    ADD CONSTRAINT ledger_pkey PRIMARY KEY (n);
ALTER TABLE ONLY public.office_communes
    ADD CONSTRAINT office_communes_pkey PRIMARY KEY (office_id, commune_code);
ALTER TABLE ONLY public.offices
    ADD CONSTRAINT offices_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.operations
    ADD CONSTRAINT operations_pkey PRIMARY KEY (device_id, epoch, seq);
ALTER TABLE ONLY public.operations_p00
    ADD CONSTRAINT operations_p00_pkey PRIMARY KEY (device_id, epoch, seq);
ALTER TABLE ONLY public.operations_p01
    ADD CONSTRAINT operations_p01_pkey PRIMARY KEY (device_id, epoch, seq);
ALTER TABLE ONLY public.operations_p02
    ADD CONSTRAINT operations_p02_pkey PRIMARY KEY (device_id, epoch, seq);
ALTER TABLE ONLY public.operations_p03
    ADD CONSTRAINT operations_p03_pkey PRIMARY KEY (device_id, epoch, seq);
ALTER TABLE ONLY public.operations_p04
    ADD CONSTRAINT operations_p04_pkey PRIMARY KEY (device_id, epoch, seq);
ALTER TABLE ONLY public.operations_p05
    ADD CONSTRAINT operations_p05_pkey PRIMARY KEY (device_id, epoch, seq);
ALTER TABLE ONLY public.operations_p06
    ADD CONSTRAINT operations_p06_pkey PRIMARY KEY (device_id, epoch, seq);
ALTER TABLE ONLY public.operations_p07
    ADD CONSTRAINT operations_p07_pkey PRIMARY KEY (device_id, epoch, seq);
ALTER TABLE ONLY public.operators
    ADD CONSTRAINT operators_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.parcels_received
    ADD CONSTRAINT parcels_received_pkey PRIMARY KEY (device_id, series, number);
ALTER TABLE ONLY public.parcels_sent
    ADD CONSTRAINT parcels_sent_pkey PRIMARY KEY (device_id);
ALTER TABLE ONLY public.province
    ADD CONSTRAINT province_pkey PRIMARY KEY (singleton);
ALTER TABLE ONLY public.publications
    ADD CONSTRAINT publications_pkey PRIMARY KEY (kind, number);
ALTER TABLE ONLY public.pull_days
    ADD CONSTRAINT pull_days_pkey PRIMARY KEY (device_id, day);
ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT refresh_tokens_pkey PRIMARY KEY (token_hash);
ALTER TABLE ONLY public.server_keys
    ADD CONSTRAINT server_keys_pkey PRIMARY KEY (singleton);
ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT tokens_pkey PRIMARY KEY (token_hash);
CREATE INDEX challenges_expires_at_idx ON public.challenges USING btree (expires_at);
CREATE UNIQUE INDEX documents_bucket_position_idx ON ONLY public.documents USING btree (bucket, "position");
CREATE UNIQUE INDEX documents_p00_bucket_position_idx ON public.documents_p00 USING btree (bucket, "position");
CREATE UNIQUE INDEX documents_p01_bucket_position_idx ON public.documents_p01 USING btree (bucket, "position");
CREATE UNIQUE INDEX documents_p02_bucket_position_idx ON public.documents_p02 USING btree (bucket, "position");
CREATE UNIQUE INDEX documents_p03_bucket_position_idx ON public.documents_p03 USING btree (bucket, "position");
CREATE UNIQUE INDEX documents_p04_bucket_position_idx ON public.documents_p04 USING btree (bucket, "position");
CREATE UNIQUE INDEX documents_p05_bucket_position_idx ON public.documents_p05 USING btree (bucket, "position");
CREATE UNIQUE INDEX documents_p06_bucket_position_idx ON public.documents_p06 USING btree (bucket, "position");
CREATE UNIQUE INDEX documents_p07_bucket_position_idx ON public.documents_p07 USING btree (bucket, "position");
CREATE UNIQUE INDEX documents_p08_bucket_position_idx ON public.documents_p08 USING btree (bucket, "position");
CREATE UNIQUE INDEX documents_p09_bucket_position_idx ON public.documents_p09 USING btree (bucket, "position");
CREATE UNIQUE INDEX documents_p10_bucket_position_idx ON public.documents_p10 USING btree (bucket, "position");
CREATE UNIQUE INDEX documents_p11_bucket_position_idx ON public.documents_p11 USING btree (bucket, "position");
CREATE UNIQUE INDEX documents_p12_bucket_position_idx ON public.documents_p12 USING btree (bucket, "position");
CREATE UNIQUE INDEX documents_p13_bucket_position_idx ON public.documents_p13 USING btree (bucket, "position");
CREATE UNIQUE INDEX documents_p14_bucket_position_idx ON public.documents_p14 USING btree (bucket, "position");
CREATE UNIQUE INDEX documents_p15_bucket_position_idx ON public.documents_p15 USING btree (bucket, "position");
CREATE INDEX operations_change_id_idx ON ONLY public.operations USING btree (change_id);
CREATE INDEX operations_p00_change_id_idx ON public.operations_p00 USING btree (change_id);
CREATE INDEX operations_p01_change_id_idx ON public.operations_p01 USING btree (change_id);
CREATE INDEX operations_p02_change_id_idx ON public.operations_p02 USING btree (change_id);
CREATE INDEX operations_p03_change_id_idx ON public.operations_p03 USING btree (change_id);
CREATE INDEX operations_p04_change_id_idx ON public.operations_p04 USING btree (change_id);
CREATE INDEX operations_p05_change_id_idx ON public.operations_p05 USING btree (change_id);
CREATE INDEX operations_p06_change_id_idx ON public.operations_p06 USING btree (change_id);
CREATE INDEX operations_p07_change_id_idx ON public.operations_p07 USING btree (change_id);
CREATE INDEX publications_kind_name_number_idx ON public.publications USING btree (kind, name, number);
CREATE INDEX publications_sha256_idx ON public.publications USING btree (sha256);
CREATE INDEX pull_days_alarmed_at_idx ON public.pull_days USING btree (alarmed_at);
CREATE INDEX refresh_tokens_expires_at_idx ON public.refresh_tokens USING btree (expires_at);
CREATE INDEX refresh_tokens_family_idx ON public.refresh_tokens USING btree (family);
CREATE INDEX tokens_expires_at_idx ON public.tokens USING btree (expires_at);
CREATE INDEX tokens_family_idx ON public.tokens USING btree (family);
ALTER INDEX public.document_places_pkey ATTACH PARTITION public.document_places_p00_pkey;
ALTER INDEX public.document_places_pkey ATTACH PARTITION public.document_places_p01_pkey;
ALTER INDEX public.document_places_pkey ATTACH PARTITION public.document_places_p02_pkey;
ALTER INDEX public.document_places_pkey ATTACH PARTITION public.document_places_p03_pkey;
ALTER INDEX public.document_places_pkey ATTACH PARTITION public.document_places_p04_pkey;
ALTER INDEX public.document_places_pkey ATTACH PARTITION public.document_places_p05_pkey;
ALTER INDEX public.document_places_pkey ATTACH PARTITION public.document_places_p06_pkey;
ALTER INDEX public.document_places_pkey ATTACH PARTITION public.document_places_p07_pkey;
ALTER INDEX public.documents_bucket_position_idx ATTACH PARTITION public.documents_p00_bucket_position_idx;
ALTER INDEX public.documents_pkey ATTACH PARTITION public.documents_p00_pkey;
ALTER INDEX public.documents_bucket_position_idx ATTACH PARTITION public.documents_p01_bucket_position_idx;
ALTER INDEX public.documents_pkey ATTACH PARTITION public.documents_p01_pkey;
ALTER INDEX public.documents_bucket_position_idx ATTACH PARTITION public.documents_p02_bucket_position_idx;
ALTER INDEX public.documents_pkey ATTACH PARTITION public.documents_p02_pkey;
ALTER INDEX public.documents_bucket_position_idx ATTACH PARTITION public.documents_p03_bucket_position_idx;
ALTER INDEX public.documents_pkey ATTACH PARTITION public.documents_p03_pkey;
ALTER INDEX public.documents_bucket_position_idx ATTACH PARTITION public.documents_p04_bucket_position_idx;
ALTER INDEX public.documents_pkey ATTACH PARTITION public.documents_p04_pkey;
ALTER INDEX public.documents_bucket_position_idx ATTACH PARTITION public.documents_p05_bucket_position_idx;
ALTER INDEX public.documents_pkey ATTACH PARTITION public.documents_p05_pkey;
ALTER INDEX public.documents_bucket_position_idx ATTACH PARTITION public.documents_p06_bucket_position_idx;
ALTER INDEX public.documents_pkey ATTACH PARTITION public.documents_p06_pkey;
ALTER INDEX public.documents_bucket_position_idx ATTACH PARTITION public.documents_p07_bucket_position_idx;
ALTER INDEX public.documents_pkey ATTACH PARTITION public.documents_p07_pkey;
ALTER INDEX public.documents_bucket_position_idx ATTACH PARTITION public.documents_p08_bucket_position_idx;
ALTER INDEX public.documents_pkey ATTACH PARTITION public.documents_p08_pkey;
ALTER INDEX public.documents_bucket_position_idx ATTACH PARTITION public.documents_p09_bucket_position_idx;
ALTER INDEX public.documents_pkey ATTACH PARTITION public.documents_p09_pkey;
ALTER INDEX public.documents_bucket_position_idx ATTACH PARTITION public.documents_p10_bucket_position_idx;
ALTER INDEX public.documents_pkey ATTACH PARTITION public.documents_p10_pkey;
ALTER INDEX public.documents_bucket_position_idx ATTACH PARTITION public.documents_p11_bucket_position_idx;
ALTER INDEX public.documents_pkey ATTACH PARTITION public.documents_p11_pkey;
ALTER INDEX public.documents_bucket_position_idx ATTACH PARTITION public.documents_p12_bucket_position_idx;
ALTER INDEX public.documents_pkey ATTACH PARTITION public.documents_p12_pkey;
ALTER INDEX public.documents_bucket_position_idx ATTACH PARTITION public.documents_p13_bucket_position_idx;
ALTER INDEX public.documents_pkey ATTACH PARTITION public.documents_p13_pkey;
ALTER INDEX public.documents_bucket_position_idx ATTACH PARTITION public.documents_p14_bucket_position_idx;
ALTER INDEX public.documents_pkey ATTACH PARTITION public.documents_p14_pkey;
ALTER INDEX public.documents_bucket_position_idx ATTACH PARTITION public.documents_p15_bucket_position_idx;
ALTER INDEX public.documents_pkey ATTACH PARTITION public.documents_p15_pkey;
ALTER INDEX public.operations_change_id_idx ATTACH PARTITION public.operations_p00_change_id_idx;
ALTER INDEX public.operations_pkey ATTACH PARTITION public.operations_p00_pkey;
ALTER INDEX public.operations_change_id_idx ATTACH PARTITION public.operations_p01_change_id_idx;
ALTER INDEX public.operations_pkey ATTACH PARTITION public.operations_p01_pkey;
ALTER INDEX public.operations_change_id_idx ATTACH PARTITION public.operations_p02_change_id_idx;
ALTER INDEX public.operations_pkey ATTACH PARTITION public.operations_p02_pkey;
ALTER INDEX public.operations_change_id_idx ATTACH PARTITION public.operations_p03_change_id_idx;
ALTER INDEX public.operations_pkey ATTACH PARTITION public.operations_p03_pkey;
ALTER INDEX public.operations_change_id_idx ATTACH PARTITION public.operations_p04_change_id_idx;
ALTER INDEX public.operations_pkey ATTACH PARTITION public.operations_p04_pkey;
ALTER INDEX public.operations_change_id_idx ATTACH PARTITION public.operations_p05_change_id_idx;
ALTER INDEX public.operations_pkey ATTACH PARTITION public.operations_p05_pkey;
ALTER INDEX public.operations_change_id_idx ATTACH PARTITION public.operations_p06_change_id_idx;
ALTER INDEX public.operations_pkey ATTACH PARTITION public.operations_p06_pkey;
ALTER INDEX public.operations_change_id_idx ATTACH PARTITION public.operations_p07_change_id_idx;
ALTER INDEX public.operations_pkey ATTACH PARTITION public.operations_p07_pkey;
CREATE TRIGGER communes_in_directory AFTER INSERT OR DELETE OR UPDATE ON public.office_communes FOR EACH STATEMENT EXECUTE FUNCTION public.count_directory();
CREATE TRIGGER devices_in_directory AFTER INSERT OR DELETE OR UPDATE OF office_id, name, public_key, revoked_at ON public.devices FOR EACH STATEMENT EXECUTE FUNCTION public.count_directory();
CREATE TRIGGER offices_in_directory AFTER INSERT OR DELETE OR UPDATE OF name, role ON public.offices FOR EACH STATEMENT EXECUTE FUNCTION public.count_directory();
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
ALTER TABLE ONLY public.exports
    ADD CONSTRAINT exports_approved_by_fkey FOREIGN KEY (approved_by) REFERENCES public.operators(name);
ALTER TABLE ONLY public.exports
    ADD CONSTRAINT exports_asked_by_fkey FOREIGN KEY (asked_by) REFERENCES public.operators(name);
ALTER TABLE ONLY public.office_communes
    ADD CONSTRAINT office_communes_commune_code_fkey FOREIGN KEY (commune_code) REFERENCES public.communes(code);
ALTER TABLE ONLY public.office_communes
    ADD CONSTRAINT office_communes_office_id_fkey FOREIGN KEY (office_id) REFERENCES public.offices(id);
ALTER TABLE ONLY public.parcels_received
    ADD CONSTRAINT parcels_received_device_id_fkey FOREIGN KEY (device_id) REFERENCES public.devices(id);
ALTER TABLE ONLY public.parcels_sent
    ADD CONSTRAINT parcels_sent_device_id_fkey FOREIGN KEY (device_id) REFERENCES public.devices(id);
ALTER TABLE ONLY public.pull_days
    ADD CONSTRAINT pull_days_device_id_fkey FOREIGN KEY (device_id) REFERENCES public.devices(id);
ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT refresh_tokens_device_id_fkey FOREIGN KEY (device_id) REFERENCES public.devices(id);
ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT tokens_device_id_fkey FOREIGN KEY (device_id) REFERENCES public.devices(id);
ALTER TABLE public.buckets ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_bucket ON public.buckets USING ((bucket = ANY (( SELECT string_to_array(current_setting('so_an_sinh.buckets'::text, true), ','::text) AS string_to_array)::text[])));
CREATE POLICY by_bucket ON public.document_places USING ((bucket = ANY (( SELECT string_to_array(current_setting('so_an_sinh.buckets'::text, true), ','::text) AS string_to_array)::text[])));
CREATE POLICY by_bucket ON public.documents USING ((bucket = ANY (( SELECT string_to_array(current_setting('so_an_sinh.buckets'::text, true), ','::text) AS string_to_array)::text[])));
CREATE POLICY by_device ON public.challenges USING ((device_id = ( SELECT (NULLIF(current_setting('so_an_sinh.device'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY by_device ON public.device_epochs USING ((device_id = ( SELECT (NULLIF(current_setting('so_an_sinh.device'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY by_device ON public.parcels_received USING ((device_id = ( SELECT (NULLIF(current_setting('so_an_sinh.device'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY by_device ON public.parcels_sent USING ((device_id = ( SELECT (NULLIF(current_setting('so_an_sinh.device'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY by_device ON public.pull_days USING ((device_id = ( SELECT (NULLIF(current_setting('so_an_sinh.device'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY by_device ON public.refresh_tokens USING ((device_id = ( SELECT (NULLIF(current_setting('so_an_sinh.device'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY by_device ON public.tokens USING ((device_id = ( SELECT (NULLIF(current_setting('so_an_sinh.device'::text, true), ''::text))::uuid AS "nullif")));
ALTER TABLE public.challenges ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.device_epochs ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.devices ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.document_places ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.documents ENABLE ROW LEVEL SECURITY;
CREATE POLICY ended_delete ON public.challenges FOR DELETE USING ((expires_at < now()));
CREATE POLICY ended_delete ON public.refresh_tokens FOR DELETE USING ((expires_at < now()));
CREATE POLICY ended_delete ON public.tokens FOR DELETE USING ((expires_at < now()));
CREATE POLICY ended_select ON public.challenges FOR SELECT USING ((expires_at < now()));
CREATE POLICY ended_select ON public.refresh_tokens FOR SELECT USING ((expires_at < now()));
CREATE POLICY ended_select ON public.tokens FOR SELECT USING ((expires_at < now()));
ALTER TABLE public.enrolment_codes ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.exports ENABLE ROW LEVEL SECURITY;
CREATE POLICY its_own ON public.operations USING ((device_id = ( SELECT (NULLIF(current_setting('so_an_sinh.device'::text, true), ''::text))::uuid AS "nullif")));
CREATE POLICY itself ON public.devices USING ((id = ( SELECT (NULLIF(current_setting('so_an_sinh.device'::text, true), ''::text))::uuid AS "nullif")));
ALTER TABLE public.ledger ENABLE ROW LEVEL SECURITY;
CREATE POLICY neighbours ON public.devices FOR SELECT USING ((office_id IN ( SELECT office_communes.office_id
   FROM public.office_communes
  WHERE (office_communes.commune_code = ANY (( SELECT string_to_array(current_setting('so_an_sinh.communes'::text, true), ','::text) AS string_to_array)::text[])))));
CREATE POLICY of_neighbours ON public.operations FOR SELECT USING ((device_id IN ( SELECT devices.id
   FROM public.devices)));
ALTER TABLE public.operations ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.operators ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.parcels_received ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.parcels_sent ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.pull_days ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.refresh_tokens ENABLE ROW LEVEL SECURITY;
CREATE POLICY this_one ON public.enrolment_codes USING ((selector = ( SELECT NULLIF(current_setting('so_an_sinh.code'::text, true), ''::text) AS "nullif")));
ALTER TABLE public.tokens ENABLE ROW LEVEL SECURITY;
