/* Certificates, trusted authorities, and the setup of sessions. */
#include "tls/context.h"

#include "base/address.h"
#include "base/error.h"
#include "base/fd.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* NORMAL without what RFC 8996 deprecates. */
#define PRIORITY "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

struct TlsContext {
	gnutls_certificate_credentials_t credentials;
	bool is_server, verify;
};

void tls_files_clear(TlsFiles *files)
{
	g_clear_pointer(&files->ca, g_free);
	g_clear_pointer(&files->cert, g_free);
	g_clear_pointer(&files->key, g_free);
}

static char *read_pem(const char *path, const char *what, GError **error)
{
	enum { FILE_LIMIT = 8 << 20 };
	if (path == NULL) {
		fail(error, BERTH_ERROR_INVALID, "TLS needs %s", what);
		return NULL;
	}
	char *text = file_read(path, FILE_LIMIT);
	if (text == NULL)
		fail_errno(error, "cannot read %s %s", what, path);
	return text;
}

static gnutls_datum_t datum_of(char *text)
{
	return (gnutls_datum_t){(unsigned char *)text, (unsigned)strlen(text)};
}

static bool load_pair(TlsContext *context, const TlsFiles *files, GError **error)
{
	g_autofree char *cert = read_pem(files->cert, "the certificate", error);
	g_autofree char *key = cert != NULL ? read_pem(files->key, "the key", error) : NULL;
	if (key == NULL)
		return false;
	gnutls_datum_t cert_text = datum_of(cert), key_text = datum_of(key);
	int code = gnutls.certificate_set_x509_key_mem(
		context->credentials, &cert_text, &key_text, GNUTLS_X509_FMT_PEM);
	return code >= 0 ||
	       fail(error, BERTH_ERROR_INVALID, "cannot use the certificate %s with the key %s: %s",
		       files->cert, files->key, gnutls.strerror(code));
}

static bool load_trust(TlsContext *context, const TlsFiles *files, GError **error)
{
	if (files->ca == NULL && !context->is_server) {
		gnutls.certificate_set_x509_system_trust(context->credentials);
		return true;
	}
	g_autofree char *ca = read_pem(files->ca, "the CA certificate", error);
	if (ca == NULL)
		return false;
	gnutls_datum_t text = datum_of(ca);
	int count = gnutls.certificate_set_x509_trust_mem(
		context->credentials, &text, GNUTLS_X509_FMT_PEM);
	return count > 0 ||
	       fail(error, BERTH_ERROR_INVALID, "there is no certificate in %s", files->ca);
}

TlsContext *tls_context_new(const TlsFiles *files, bool is_server, GError **error)
{
	if (!gnutls_load(error))
		return NULL;
	TlsContext *context = g_new0(TlsContext, 1);
	context->is_server = is_server;
	context->verify = files->verify;
	gnutls.certificate_allocate_credentials(&context->credentials);
	if (((is_server || files->cert != NULL) && !load_pair(context, files, error)) ||
		(files->verify && !load_trust(context, files, error))) {
		tls_context_free(context);
		return NULL;
	}
	return context;
}

void tls_context_free(TlsContext *context)
{
	gnutls.certificate_free_credentials(context->credentials);
	g_free(context);
}

/* The peer's certificate must be signed by the CA for its role; a server's must have the name. */
static void ask_for_certificate(gnutls_session_t session, TlsWanted *wanted)
{
	static gnutls_typed_vdata_st of_client = {
		GNUTLS_DT_KEY_PURPOSE_OID, (unsigned char *)GNUTLS_KP_TLS_WWW_CLIENT, 0};
	if (wanted == NULL) {
		gnutls.certificate_server_set_request(session, GNUTLS_CERT_REQUIRE);
		gnutls.session_set_verify_cert2(session, &of_client, 1, 0);
		return;
	}
	wanted->data[0] = (gnutls_typed_vdata_st){
		GNUTLS_DT_KEY_PURPOSE_OID, (unsigned char *)GNUTLS_KP_TLS_WWW_SERVER, 0};
	/* An address is compared with the addresses in the certificate. */
	wanted->data[1] =
		(gnutls_typed_vdata_st){GNUTLS_DT_DNS_HOSTNAME, (unsigned char *)wanted->host, 0};
	gnutls.session_set_verify_cert2(session, wanted->data, 2, 0);
}

gnutls_session_t tls_session_new(const TlsContext *context, int fd, TlsWanted *wanted)
{
	gnutls_session_t session;
	Address address;
	unsigned flags = GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL |
			 (context->is_server ? GNUTLS_SERVER : GNUTLS_CLIENT);
	if (gnutls.init(&session, flags) < 0)
		return NULL;
	gnutls.priority_set_direct(session, PRIORITY, NULL);
	gnutls.credentials_set(session, GNUTLS_CRD_CERTIFICATE, context->credentials);
	if (context->verify)
		ask_for_certificate(session, wanted);
	if (wanted != NULL && !address_parse(wanted->host, &address))
		gnutls.server_name_set(
			session, GNUTLS_NAME_DNS, wanted->host, strlen(wanted->host));
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	gnutls.transport_set_int2(session, fd, fd);
	return session;
}

char *tls_session_problem(gnutls_session_t session, int code)
{
	gnutls_datum_t text;
	if (code == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR &&
		gnutls.certificate_verification_status_print(
			gnutls.session_get_verify_cert_status(session), GNUTLS_CRT_X509, &text,
			0) == 0) {
		char *problem = g_strchomp(g_strdup((const char *)text.data));
		(*gnutls.free)(text.data);
		return problem;
	}
	if (code == GNUTLS_E_CERTIFICATE_REQUIRED || code == GNUTLS_E_NO_CERTIFICATE_FOUND)
		return g_strdup("no certificate was shown");
	if (code == GNUTLS_E_FATAL_ALERT_RECEIVED)
		return g_strdup_printf("the other side says: %s",
			gnutls.alert_get_name(gnutls.alert_get(session)));
	return g_strdup(gnutls.strerror(code));
}

char *tls_session_name(gnutls_session_t session)
{
	enum { NAME_ROOM = 256 };
	unsigned count = 0;
	char name[NAME_ROOM] = "";
	size_t size = sizeof name;
	gnutls_x509_crt_t certificate;
	const gnutls_datum_t *chain = gnutls.certificate_get_peers(session, &count);
	if (chain == NULL || count == 0 || gnutls.x509_crt_init(&certificate) < 0)
		return g_strdup("");
	if (gnutls.x509_crt_import(certificate, &chain[0], GNUTLS_X509_FMT_DER) < 0 ||
		gnutls.x509_crt_get_dn_by_oid(
			certificate, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &size) < 0)
		*name = '\0';
	gnutls.x509_crt_deinit(certificate);
	return g_utf8_make_valid(name, -1);
}
