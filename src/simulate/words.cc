// Emoji, hostile titles and the parts of viewer names.
#include <array>
#include <span>
#include <string_view>

#include "simulate/vocabulary.h"

namespace vieweratlas::simulate_internal {
namespace {

using Text = std::string_view;

constexpr std::array<Text, 16> kEmoji = {"🔥", "✨", "🎮", "🐸", "☕", "🎉", "💀", "🌙", "🏆", "🧀", "❤️", "👨‍👩‍👧‍👦",
                                         "🇧🇷", "🦊", "⚡", "🎲"};

constexpr std::array<Text, 16> kHostileTitles = {
    "</script><img src=x onerror=alert(1)>",
    "<!-- <script>window.hacked=1</script> -->",
    "\"quoted\", with, commas, and \"\"doubled\"\" quotes",
    "two lines\nin one title",
    "Windows line end\r\nand a\ttab",
    "=HYPERLINK(\"http://example.invalid\",\"click\")",
    "+1 game, -1 sanity, @everyone",
    "{\"chatters\":[\"not_a_viewer\"]}",
    "back\\slash \\u0041 \\n literal escapes",
    "\u202Eright to left override",
    "zero\u200Bwidth\u200Dand\uFEFFmarks",
    "Z\u0351\u0363a\u0300\u0317l\u0334g\u0336o\u0322 text",
    "\U0001F468\u200D\U0001F4BB &amp; &lt;b&gt; entities",
    "'; DROP TABLE viewers; --",
    "${jndi:ldap://example.invalid/a} %s %n {{7*7}}",
    "\xF0\x9D\x95\xA8\xF0\x9D\x95\x9A\xF0\x9D\x95\x95\xF0\x9D\x95\x96 \xE3\x8F\x82 beyond the basic plane",
};

// First parts end in a letter that no word here continues ambiguously: test_simulate checks that all pairs are distinct.
constexpr std::array<Text, 128> kFirst = {
    "amber",  "ancient", "arctic", "azure",  "bald",   "basic",  "bitter", "blaze",  "bold",   "bouncy", "brave",   "bright", "broken",
    "calm",   "candid",  "cheeky", "chill",  "clever", "cloudy", "cool",   "cosmic", "cozy",   "crazy",  "crimson", "crisp",  "cyber",
    "dark",   "deep",    "dizzy",  "drowsy", "dry",    "dusty",  "eager",  "early",  "easy",   "epic",   "faded",   "fancy",  "fast",
    "fierce", "fluffy",  "foggy",  "free",   "frozen", "funky",  "fuzzy",  "gentle", "giant",  "glad",   "golden",  "grand",  "grumpy",
    "happy",  "hasty",   "hidden", "hollow", "honest", "humble", "icy",    "idle",   "iron",   "jolly",  "keen",    "kind",   "lazy",
    "light",  "little",  "lone",   "loud",   "lucky",  "lunar",  "mad",    "magic",  "mellow", "merry",  "mighty",  "misty",  "modern",
    "muddy",  "neon",    "night",  "nimble", "noble",  "odd",    "old",    "pale",   "pixel",  "plain",  "polite",  "proud",  "purple",
    "quick",  "quiet",   "rapid",  "rare",   "real",   "retro",  "rough",  "royal",  "rusty",  "salty",  "shady",   "sharp",  "shiny",
    "silent", "silver",  "sleepy", "slow",   "sly",    "smoky",  "snowy",  "solar",  "sour",   "spicy",  "stormy",  "sunny",  "sweet",
    "swift",  "tall",    "tiny",   "turbo",  "ultra",  "vivid",  "warm",   "wild",   "wise",   "witty",  "young"};

constexpr std::array<Text, 128> kLast = {
    "acorn",  "anchor", "apple",  "arrow",  "badger", "banana", "basil",   "beacon",  "bear",    "beaver", "biscuit", "bison",  "boulder",
    "breeze", "brick",  "bucket", "button", "cactus", "camel",  "candle",  "canyon",  "carrot",  "castle", "cheese",  "cherry", "cloud",
    "clover", "cobra",  "comet",  "cookie", "coral",  "cougar", "crab",    "crane",   "cricket", "crow",   "daisy",   "dingo",  "dolphin",
    "donkey", "dragon", "drum",   "eagle",  "ember",  "falcon", "feather", "fern",    "ferret",  "finch",  "fjord",   "fox",    "frog",
    "galaxy", "garden", "gecko",  "ghost",  "ginger", "goat",   "goose",   "hammer",  "hawk",    "hedge",  "heron",   "hippo",  "honey",
    "horse",  "island", "jaguar", "kettle", "kitten", "koala",  "lantern", "lemon",   "lizard",  "llama",  "lobster", "mango",  "maple",
    "marble", "melon",  "meteor", "mole",   "moose",  "muffin", "nacho",   "needle",  "noodle",  "oak",    "onion",   "orbit",  "otter",
    "owl",    "panda",  "parrot", "pebble", "pepper", "pickle", "pigeon",  "pirate",  "planet",  "potato", "puffin",  "puma",   "pumpkin",
    "quartz", "rabbit", "radish", "raven",  "river",  "rocket", "salmon",  "sparrow", "squid",   "stork",  "taco",    "tiger",  "toast",
    "tulip",  "turtle", "waffle", "walnut", "walrus", "willow", "wizard",  "wolf",    "wombat",  "yak",    "zebra"};

}  // namespace

std::span<const std::string_view> emoji() { return kEmoji; }
std::span<const std::string_view> hostile_titles() { return kHostileTitles; }
std::span<const std::string_view> viewer_first_parts() { return kFirst; }
std::span<const std::string_view> viewer_last_parts() { return kLast; }

}  // namespace vieweratlas::simulate_internal
