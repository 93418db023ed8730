// The methods that daemons and sipctl share: Kamailio's names where it has one, with its parameters and
// shapes.
#pragma once

namespace cord::io::rpc::names {

/// No parameters. All bindings:
/// {"Domains":[{"Domain":{"Domain":"location","AoRs":[{"Info":{"AoR":…,"Contacts":
/// [{"Contact":{"Address":…,"Expires":…,"Q":…,"Call-ID":…,"CSeq":…,"User-Agent":…,"Received":…,"Path":…,"Socket":…,
/// "Methods":…,"Ruid":…,"Instance":…,"Reg-Id":…,"Tcpconn-Id":…,"Node":…}}]}}]}}]}; "[not set]" where there is
/// none.
inline constexpr const char *dump_bindings = "ul.dump";
/// ["location", "user@domain"]: {"AoR":…,"Contacts":[…]} with contacts as above; 404 when there are none.
inline constexpr const char *look_up = "ul.lookup";
/// ["location", "user@domain"]: removes all bindings of the user; 404 when there are none.
inline constexpr const char *remove_bindings = "ul.rm";
/// ["location", "user@domain", "contact"]
inline constexpr const char *remove_contact = "ul.rm_contact";
/// ["all"] or names: ["name = value", …]
inline constexpr const char *statistics = "stats.get_statistics";
/// No parameters. The tables that calls are routed by are read again.
inline constexpr const char *reload_domains = "domain.reload";
/// The same.
inline constexpr const char *reload_addresses = "permissions.addressReload";

/// No parameters: [{"id":…,"call_id":…,"from":…,"to":…,"state":…,"duration":…,"bridged":…,"codecs":…}]
inline constexpr const char *calls = "cord.calls";
/// No parameters: [{"trunk":…,"state":"up"|"down"|"unknown"}]
inline constexpr const char *trunks = "cord.trunks";
/// ["user@domain"]: the user's password has changed, or the user is gone; what is cached of it is void.
inline constexpr const char *user_changed = "cord.user_changed";

} // namespace cord::io::rpc::names
