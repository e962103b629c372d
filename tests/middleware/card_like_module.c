/* A PKCS#11 module over SoftHSM2 that makes its token behave like a card in a reader: it is in the reader it is told, three
 * wrong passcodes lock it, and it can be pulled out at any call. The folder named by CARDWRIGHT_TEST_TOKEN says how:
 *
 *   reader   the name of the reader the token is in
 *   tries    wrong passcodes so far, one digit; kept here
 *   cut      "N before" or "N after": the card is pulled before or after the N-th call that reaches it, and stays out until
 *            this file says something else. No such file: it stays in.
 *   calls    how many calls reached it since the file "cut" last changed; kept here
 *
 * SoftHSM2 does all the work. Types are those of PKCS #11 2.40, as far as they are looked at. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned long rv;
typedef unsigned long ul;

enum { OK = 0x00, DEVICE_REMOVED = 0x32, PIN_INCORRECT = 0xA0, PIN_LOCKED = 0xA4, GENERAL_ERROR = 0x05 };
enum { COUNT_LOW = 0x10000, FINAL_TRY = 0x20000, LOCKED = 0x40000 };
enum { SECURITY_OFFICER = 0, USER = 1, CONTEXT_SPECIFIC = 2 };
enum { TRIES = 3 };

/* CK_FUNCTION_LIST: a version and 68 functions in a fixed order. */
typedef struct { unsigned char version[2]; void *functions[68]; } list;
enum {
    INITIALIZE = 0, FINALIZE = 1, GET_FUNCTION_LIST = 3, GET_SLOT_INFO = 5, GET_TOKEN_INFO = 6, INIT_PIN = 10, SET_PIN = 11, OPEN_SESSION = 12,
    LOGIN = 18, CREATE_OBJECT = 20, DESTROY_OBJECT = 22, GET_ATTRIBUTE_VALUE = 24, FIND_OBJECTS_INIT = 26, SIGN_INIT = 42,
    SIGN = 43, GENERATE_KEY_PAIR = 59,
};

static list *real, mine;
static char last_cut[64];
static int calls, cut_at, cut_after, pulled, logged_in = -1;

static void path(char *out, size_t size, const char *name) {
    const char *folder = getenv("CARDWRIGHT_TEST_TOKEN");
    snprintf(out, size, "%s/%s", folder ? folder : ".", name);
}

static void read_text(const char *name, char *out, int size) {
    char file[512];
    path(file, sizeof file, name);
    out[0] = 0;
    FILE *stream = fopen(file, "r");
    if (!stream) return;
    if (fgets(out, size, stream)) out[strcspn(out, "\r\n")] = 0;
    fclose(stream);
}

static void write_number(const char *name, int number) {
    char file[512];
    path(file, sizeof file, name);
    FILE *stream = fopen(file, "w");
    if (!stream) return;
    fprintf(stream, "%d", number);
    fclose(stream);
}

static int wrong_so_far(void) {
    char text[16];
    read_text("tries", text, sizeof text);
    return atoi(text);
}

/* What the folder says now. Another "cut" begins anew: the card is put back. */
static void look(void) {
    char text[64];
    read_text("cut", text, sizeof text);
    if (!strcmp(text, last_cut)) return;
    strcpy(last_cut, text);
    calls = pulled = 0;
    cut_at = atoi(text);
    cut_after = strstr(text, "after") != NULL;
}

/* Whether a call is still answered; counts it. */
static int reaches(void) {
    if (pulled) return 0;
    write_number("calls", ++calls);
    if (cut_at && calls == cut_at && !cut_after) pulled = 1;
    return !pulled;
}

/* The answer, unless the card was pulled after this very call. */
static rv answer(rv value) {
    if (cut_at && calls == cut_at && cut_after) pulled = 1;
    return pulled ? DEVICE_REMOVED : value;
}

#define REACHES(name, number, parameters, arguments)                            \
    static rv name parameters {                                                 \
        if (!reaches()) return DEVICE_REMOVED;                                  \
        return answer(((rv (*) parameters)real->functions[number]) arguments);  \
    }

REACHES(open_session, OPEN_SESSION, (ul slot, ul flags, void *app, void *notify, ul *out), (slot, flags, app, notify, out))
REACHES(create_object, CREATE_OBJECT, (ul s, void *template, ul count, ul *out), (s, template, count, out))
REACHES(destroy_object, DESTROY_OBJECT, (ul s, ul object), (s, object))
REACHES(get_attribute_value, GET_ATTRIBUTE_VALUE, (ul s, ul object, void *template, ul count), (s, object, template, count))
REACHES(find_objects_init, FIND_OBJECTS_INIT, (ul s, void *template, ul count), (s, template, count))
REACHES(sign_init, SIGN_INIT, (ul s, void *mechanism, ul key), (s, mechanism, key))
REACHES(sign, SIGN, (ul s, void *data, ul length, void *out, ul *size), (s, data, length, out, size))
REACHES(generate_key_pair, GENERATE_KEY_PAIR,
        (ul s, void *m, void *public, ul publics, void *private, ul privates, ul *a, ul *b),
        (s, m, public, publics, private, privates, a, b))

static rv initialize(void *arguments) {
    look();
    return ((rv (*)(void *))real->functions[INITIALIZE])(arguments);
}

static rv get_slot_info(ul slot, unsigned char *info) {
    rv value = ((rv (*)(ul, void *))real->functions[GET_SLOT_INFO])(slot, info);
    char reader[65];
    read_text("reader", reader, sizeof reader);
    if (value == OK && reader[0]) {
        memset(info, ' ', 64);
        memcpy(info, reader, strlen(reader));
    }
    return value;
}

/* The flags stand after label, maker, model and serial: 96 bytes. */
static rv get_token_info(ul slot, unsigned char *info) {
    if (!reaches()) return DEVICE_REMOVED;
    rv value = ((rv (*)(ul, void *))real->functions[GET_TOKEN_INFO])(slot, info);
    if (value == OK) {
        ul flags, wrong = wrong_so_far();
        memcpy(&flags, info + 96, sizeof flags);
        flags &= ~(ul)(COUNT_LOW | FINAL_TRY | LOCKED);
        flags |= wrong >= TRIES ? LOCKED : wrong == TRIES - 1 ? FINAL_TRY : wrong ? COUNT_LOW : 0;
        memcpy(info + 96, &flags, sizeof flags);
    }
    return answer(value);
}

/* Counts what came of a passcode. */
static rv counted(rv value) {
    if (value == PIN_INCORRECT) write_number("tries", wrong_so_far() + 1);
    if (value == OK) write_number("tries", 0);
    return value;
}

static rv login(ul s, ul user, void *pin, ul length) {
    if (!reaches()) return DEVICE_REMOVED;
    int passcode = user == USER || user == CONTEXT_SPECIFIC;
    if (passcode && wrong_so_far() >= TRIES) return answer(PIN_LOCKED);
    rv value = ((rv (*)(ul, ul, void *, ul))real->functions[LOGIN])(s, user, pin, length);
    if (value == OK) logged_in = (int)user;
    return answer(passcode ? counted(value) : value);
}

static rv set_pin(ul s, void *old, ul old_length, void *new, ul new_length) {
    if (!reaches()) return DEVICE_REMOVED;
    int passcode = logged_in != SECURITY_OFFICER;
    if (passcode && wrong_so_far() >= TRIES) return answer(PIN_LOCKED);
    rv value = ((rv (*)(ul, void *, ul, void *, ul))real->functions[SET_PIN])(s, old, old_length, new, new_length);
    return answer(passcode ? counted(value) : value);
}

static rv init_pin(ul s, void *pin, ul length) {
    if (!reaches()) return DEVICE_REMOVED;
    rv value = ((rv (*)(ul, void *, ul))real->functions[INIT_PIN])(s, pin, length);
    return answer(value == OK ? counted(value) : value);
}

static rv finalize(void *reserved) {
    logged_in = -1;
    return ((rv (*)(void *))real->functions[FINALIZE])(reserved);
}

rv C_GetFunctionList(list **out) {
    void *library = dlopen("/usr/lib/softhsm/libsofthsm2.so", RTLD_NOW | RTLD_LOCAL);
    rv (*get)(list **) = library ? (rv (*)(list **))dlsym(library, "C_GetFunctionList") : NULL;
    if (!get || get(&real) != OK) return GENERAL_ERROR;
    mine = *real;
    mine.functions[INITIALIZE] = initialize;
    mine.functions[FINALIZE] = finalize;
    mine.functions[GET_FUNCTION_LIST] = C_GetFunctionList;
    mine.functions[GET_SLOT_INFO] = get_slot_info;
    mine.functions[GET_TOKEN_INFO] = get_token_info;
    mine.functions[INIT_PIN] = init_pin;
    mine.functions[SET_PIN] = set_pin;
    mine.functions[OPEN_SESSION] = open_session;
    mine.functions[LOGIN] = login;
    mine.functions[CREATE_OBJECT] = create_object;
    mine.functions[DESTROY_OBJECT] = destroy_object;
    mine.functions[GET_ATTRIBUTE_VALUE] = get_attribute_value;
    mine.functions[FIND_OBJECTS_INIT] = find_objects_init;
    mine.functions[SIGN_INIT] = sign_init;
    mine.functions[SIGN] = sign;
    mine.functions[GENERATE_KEY_PAIR] = generate_key_pair;
    *out = &mine;
    return OK;
}
