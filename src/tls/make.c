/* A CA and the certificates that it signs. Only `berth system certs` makes certificates, not the engine. */
#include "tls/load.h"
#include "tls/tls.h"

#include "base/address.h"
#include "base/error.h"
#include "base/fd.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { SERIAL = 16, KEY_ID = 64, FILE_LIMIT = 1 << 20, DAY = 24 * 3600, CA_DAYS = 3650 };

typedef struct {
	gnutls_x509_crt_t certificate;
	gnutls_x509_privkey_t key;
} Identity;

static void identity_clear(Identity *identity)
{
	if (identity->certificate != NULL)
		gnutls.x509_crt_deinit(identity->certificate);
	if (identity->key != NULL)
		gnutls.x509_privkey_deinit(identity->key);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Identity, identity_clear)

/* GnuTLS's message for an internal error. */
static bool check(int code, const char *what, GError **error)
{
	return code >= 0 ||
	       fail(error, BERTH_ERROR_SYSTEM, "cannot %s: %s", what, gnutls.strerror(code));
}

static bool identity_new(Identity *identity, const char *name, int days, GError **error)
{
	unsigned char serial[SERIAL];
	time_t now = time(NULL);
	gnutls.x509_crt_init(&identity->certificate);
	gnutls.x509_privkey_init(&identity->key);
	gnutls_x509_crt_t crt = identity->certificate;
	gnutls.rnd(GNUTLS_RND_NONCE, serial, sizeof serial);
	serial[0] &= 0x7f; /* positive: RFC 5280, 4.1.2.2 */
	/* Clocks of two hosts differ: valid from an hour ago. */
	return check(gnutls.x509_privkey_generate(identity->key, GNUTLS_PK_ECDSA,
			     GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
		       "make a key", error) &&
	       check(gnutls.x509_crt_set_version(crt, 3), "set the version", error) &&
	       check(gnutls.x509_crt_set_serial(crt, serial, sizeof serial),
		       "set the serial number", error) &&
	       check(gnutls.x509_crt_set_key(crt, identity->key), "set the key", error) &&
	       check(gnutls.x509_crt_set_dn_by_oid(
			     crt, GNUTLS_OID_X520_COMMON_NAME, 0, name, (unsigned)strlen(name)),
		       "set the name", error) &&
	       check(gnutls.x509_crt_set_activation_time(crt, now - 3600), "set the time", error) &&
	       check(gnutls.x509_crt_set_expiration_time(crt, now + (time_t)days * DAY),
		       "set the time", error);
}

static bool identity_sign(Identity *identity, const Identity *ca, GError **error)
{
	unsigned char id[KEY_ID];
	size_t size = sizeof id;
	if (check(gnutls.x509_crt_get_key_id(identity->certificate, 0, id, &size), "name the key",
		    error))
		gnutls.x509_crt_set_subject_key_id(identity->certificate, id, size);
	size = sizeof id;
	if (gnutls.x509_crt_get_key_id(ca->certificate, 0, id, &size) >= 0)
		gnutls.x509_crt_set_authority_key_id(identity->certificate, id, size);
	return check(gnutls.x509_crt_sign2(
			     identity->certificate, ca->certificate, ca->key, GNUTLS_DIG_SHA256, 0),
		"sign the certificate", error);
}

static bool write_pem(
	const char *folder, const char *name, gnutls_datum_t *text, mode_t mode, GError **error)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	bool ok = file_replace(path, text->data, text->size, mode, true, error);
	(*gnutls.free)(text->data);
	return ok;
}

static bool identity_write(const Identity *identity, const char *folder, const char *cert_name,
	const char *key_name, GError **error)
{
	gnutls_datum_t text;
	return check(gnutls.x509_privkey_export2_pkcs8(
			     identity->key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &text),
		       "write the key", error) &&
	       write_pem(folder, key_name, &text, 0600, error) &&
	       check(gnutls.x509_crt_export2(identity->certificate, GNUTLS_X509_FMT_PEM, &text),
		       "write the certificate", error) &&
	       write_pem(folder, cert_name, &text, 0644, error);
}

static bool make_ca(Identity *ca, const char *folder, GError **error)
{
	return identity_new(ca, "Berth CA", CA_DAYS, error) &&
	       check(gnutls.x509_crt_set_basic_constraints(ca->certificate, 1, 0),
		       "set the constraints", error) &&
	       check(gnutls.x509_crt_set_key_usage(ca->certificate, GNUTLS_KEY_KEY_CERT_SIGN),
		       "set the usage", error) &&
	       identity_sign(ca, ca, error) &&
	       identity_write(ca, folder, "ca.pem", "ca-key.pem", error);
}

/* Loads the CA of the folder; *missing if there is none yet. */
static bool read_ca(Identity *ca, const char *folder, bool *missing, GError **error)
{
	g_autofree char *cert_path = g_build_filename(folder, "ca.pem", NULL),
			*key_path = g_build_filename(folder, "ca-key.pem", NULL),
			*cert = file_read(cert_path, FILE_LIMIT);
	*missing = cert == NULL && errno == ENOENT;
	if (cert == NULL)
		return fail_errno(error, "cannot read %s", cert_path);
	g_autofree char *key = file_read(key_path, FILE_LIMIT);
	if (key == NULL)
		return fail_errno(error,
			"there is a CA in %s, but its key cannot be read, so nothing can be signed",
			folder);
	gnutls_datum_t cert_text = {(unsigned char *)cert, (unsigned)strlen(cert)},
		       key_text = {(unsigned char *)key, (unsigned)strlen(key)};
	gnutls.x509_crt_init(&ca->certificate);
	gnutls.x509_privkey_init(&ca->key);
	return check(gnutls.x509_crt_import(ca->certificate, &cert_text, GNUTLS_X509_FMT_PEM),
		       "read ca.pem", error) &&
	       check(gnutls.x509_privkey_import(ca->key, &key_text, GNUTLS_X509_FMT_PEM),
		       "read ca-key.pem", error);
}

/* A DNS name, or an address in binary form. */
static bool add_host(gnutls_x509_crt_t certificate, const char *host, GError **error)
{
	Address address;
	bool is_address = strchr(host, '/') == NULL && address_parse(host, &address);
	size_t size = !is_address		   ? strlen(host)
		      : address.family == AF_INET6 ? sizeof(struct in6_addr)
						   : sizeof(struct in_addr);
	return check(gnutls.x509_crt_set_subject_alt_name(certificate,
			     is_address ? GNUTLS_SAN_IPADDRESS : GNUTLS_SAN_DNSNAME,
			     is_address ? (const void *)address.bytes : host, (unsigned)size,
			     GNUTLS_FSAN_APPEND),
		"set the host's name", error);
}

static bool make_leaf(const Identity *ca, const char *folder, const char *name, int days,
	char *const *hosts, GError **error)
{
	g_auto(Identity) leaf = {0};
	if (!identity_new(&leaf, name, days, error))
		return false;
	for (int i = 0; hosts != NULL && hosts[i] != NULL; i++)
		if (!add_host(leaf.certificate, hosts[i], error))
			return false;
	return check(gnutls.x509_crt_set_basic_constraints(leaf.certificate, 0, -1),
		       "set the constraints", error) &&
	       check(gnutls.x509_crt_set_key_usage(leaf.certificate, GNUTLS_KEY_DIGITAL_SIGNATURE),
		       "set the usage", error) &&
	       check(gnutls.x509_crt_set_key_purpose_oid(leaf.certificate,
			     hosts != NULL ? GNUTLS_KP_TLS_WWW_SERVER : GNUTLS_KP_TLS_WWW_CLIENT,
			     0),
		       "set the purpose", error) &&
	       identity_sign(&leaf, ca, error) &&
	       identity_write(&leaf, folder, "cert.pem", "key.pem", error);
}

static bool make_folder(const char *path, GError **error)
{
	return g_mkdir_with_parents(path, 0700) == 0 || fail_errno(error, "cannot make %s", path);
}

/* The folder for a client, as Docker's clients expect it: ca.pem, cert.pem, key.pem. */
static bool make_client(const TlsMake *make, const Identity *ca, GError **error)
{
	gnutls_datum_t text;
	g_autofree char *folder = g_build_filename(make->folder, "clients", make->client, NULL);
	if (strchr(make->client, '/') != NULL || *make->client == '.' || *make->client == '\0')
		return fail(error, BERTH_ERROR_INVALID, "invalid name of a client: \"%s\"",
			make->client);
	return make_folder(folder, error) &&
	       check(gnutls.x509_crt_export2(ca->certificate, GNUTLS_X509_FMT_PEM, &text),
		       "write the CA", error) &&
	       write_pem(folder, "ca.pem", &text, 0644, error) &&
	       make_leaf(ca, folder, make->client, make->days, NULL, error);
}

bool tls_make(const TlsMake *make, GError **error)
{
	g_auto(Identity) ca = {0};
	g_autoptr(GError) problem = NULL;
	bool missing;
	if (!gnutls_load(error) || !make_folder(make->folder, error))
		return false;
	if (!read_ca(&ca, make->folder, &missing, &problem)) {
		if (!missing) {
			g_propagate_error(error, g_steal_pointer(&problem));
			return false;
		}
		if (!make_ca(&ca, make->folder, error))
			return false;
	}
	return (make->hosts == NULL || make_leaf(&ca, make->folder, make->hosts[0], make->days,
					       make->hosts, error)) &&
	       (make->client == NULL || make_client(make, &ca, error));
}
