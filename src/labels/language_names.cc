#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "vieweratlas/core/text.h"
#include "vieweratlas/labels/label.h"

namespace vieweratlas {
namespace {

using Entry = std::pair<std::string_view, std::string_view>;

// ISO 639-1, and the codes of streaming platforms beside it; sorted by code.
constexpr std::array kLanguages{Entry{"aa", "Afar"},
                                Entry{"ab", "Abkhazian"},
                                Entry{"ae", "Avestan"},
                                Entry{"af", "Afrikaans"},
                                Entry{"ak", "Akan"},
                                Entry{"am", "Amharic"},
                                Entry{"an", "Aragonese"},
                                Entry{"ar", "Arabic"},
                                Entry{"as", "Assamese"},
                                Entry{"asl", "American Sign Language"},
                                Entry{"av", "Avaric"},
                                Entry{"ay", "Aymara"},
                                Entry{"az", "Azerbaijani"},
                                Entry{"ba", "Bashkir"},
                                Entry{"be", "Belarusian"},
                                Entry{"bg", "Bulgarian"},
                                Entry{"bh", "Bihari"},
                                Entry{"bi", "Bislama"},
                                Entry{"bm", "Bambara"},
                                Entry{"bn", "Bengali"},
                                Entry{"bo", "Tibetan"},
                                Entry{"br", "Breton"},
                                Entry{"bs", "Bosnian"},
                                Entry{"ca", "Catalan"},
                                Entry{"ce", "Chechen"},
                                Entry{"ch", "Chamorro"},
                                Entry{"co", "Corsican"},
                                Entry{"cr", "Cree"},
                                Entry{"cs", "Czech"},
                                Entry{"cu", "Church Slavic"},
                                Entry{"cv", "Chuvash"},
                                Entry{"cy", "Welsh"},
                                Entry{"da", "Danish"},
                                Entry{"de", "German"},
                                Entry{"dv", "Divehi"},
                                Entry{"dz", "Dzongkha"},
                                Entry{"ee", "Ewe"},
                                Entry{"el", "Greek"},
                                Entry{"en", "English"},
                                Entry{"eo", "Esperanto"},
                                Entry{"es", "Spanish"},
                                Entry{"et", "Estonian"},
                                Entry{"eu", "Basque"},
                                Entry{"fa", "Persian"},
                                Entry{"ff", "Fulah"},
                                Entry{"fi", "Finnish"},
                                Entry{"fil", "Filipino"},
                                Entry{"fj", "Fijian"},
                                Entry{"fo", "Faroese"},
                                Entry{"fr", "French"},
                                Entry{"fy", "Western Frisian"},
                                Entry{"ga", "Irish"},
                                Entry{"gd", "Scottish Gaelic"},
                                Entry{"gl", "Galician"},
                                Entry{"gn", "Guarani"},
                                Entry{"gu", "Gujarati"},
                                Entry{"gv", "Manx"},
                                Entry{"ha", "Hausa"},
                                Entry{"he", "Hebrew"},
                                Entry{"hi", "Hindi"},
                                Entry{"ho", "Hiri Motu"},
                                Entry{"hr", "Croatian"},
                                Entry{"ht", "Haitian Creole"},
                                Entry{"hu", "Hungarian"},
                                Entry{"hy", "Armenian"},
                                Entry{"hz", "Herero"},
                                Entry{"ia", "Interlingua"},
                                Entry{"id", "Indonesian"},
                                Entry{"ie", "Interlingue"},
                                Entry{"ig", "Igbo"},
                                Entry{"ii", "Sichuan Yi"},
                                Entry{"ik", "Inupiaq"},
                                Entry{"io", "Ido"},
                                Entry{"is", "Icelandic"},
                                Entry{"it", "Italian"},
                                Entry{"iu", "Inuktitut"},
                                Entry{"ja", "Japanese"},
                                Entry{"jv", "Javanese"},
                                Entry{"ka", "Georgian"},
                                Entry{"kg", "Kongo"},
                                Entry{"ki", "Kikuyu"},
                                Entry{"kj", "Kuanyama"},
                                Entry{"kk", "Kazakh"},
                                Entry{"kl", "Greenlandic"},
                                Entry{"km", "Khmer"},
                                Entry{"kn", "Kannada"},
                                Entry{"ko", "Korean"},
                                Entry{"kr", "Kanuri"},
                                Entry{"ks", "Kashmiri"},
                                Entry{"ku", "Kurdish"},
                                Entry{"kv", "Komi"},
                                Entry{"kw", "Cornish"},
                                Entry{"ky", "Kyrgyz"},
                                Entry{"la", "Latin"},
                                Entry{"lb", "Luxembourgish"},
                                Entry{"lg", "Ganda"},
                                Entry{"li", "Limburgish"},
                                Entry{"ln", "Lingala"},
                                Entry{"lo", "Lao"},
                                Entry{"lt", "Lithuanian"},
                                Entry{"lu", "Luba-Katanga"},
                                Entry{"lv", "Latvian"},
                                Entry{"mg", "Malagasy"},
                                Entry{"mh", "Marshallese"},
                                Entry{"mi", "Maori"},
                                Entry{"mk", "Macedonian"},
                                Entry{"ml", "Malayalam"},
                                Entry{"mn", "Mongolian"},
                                Entry{"mr", "Marathi"},
                                Entry{"ms", "Malay"},
                                Entry{"mt", "Maltese"},
                                Entry{"my", "Burmese"},
                                Entry{"na", "Nauru"},
                                Entry{"nb", "Norwegian Bokmål"},
                                Entry{"nd", "North Ndebele"},
                                Entry{"ne", "Nepali"},
                                Entry{"ng", "Ndonga"},
                                Entry{"nl", "Dutch"},
                                Entry{"nn", "Norwegian Nynorsk"},
                                Entry{"no", "Norwegian"},
                                Entry{"nr", "South Ndebele"},
                                Entry{"nv", "Navajo"},
                                Entry{"ny", "Chichewa"},
                                Entry{"oc", "Occitan"},
                                Entry{"oj", "Ojibwa"},
                                Entry{"om", "Oromo"},
                                Entry{"or", "Odia"},
                                Entry{"os", "Ossetian"},
                                Entry{"other", "Other"},
                                Entry{"pa", "Punjabi"},
                                Entry{"pi", "Pali"},
                                Entry{"pl", "Polish"},
                                Entry{"ps", "Pashto"},
                                Entry{"pt", "Portuguese"},
                                Entry{"qu", "Quechua"},
                                Entry{"rm", "Romansh"},
                                Entry{"rn", "Rundi"},
                                Entry{"ro", "Romanian"},
                                Entry{"ru", "Russian"},
                                Entry{"rw", "Kinyarwanda"},
                                Entry{"sa", "Sanskrit"},
                                Entry{"sc", "Sardinian"},
                                Entry{"sd", "Sindhi"},
                                Entry{"se", "Northern Sami"},
                                Entry{"sg", "Sango"},
                                Entry{"sh", "Serbo-Croatian"},
                                Entry{"si", "Sinhala"},
                                Entry{"sk", "Slovak"},
                                Entry{"sl", "Slovenian"},
                                Entry{"sm", "Samoan"},
                                Entry{"sn", "Shona"},
                                Entry{"so", "Somali"},
                                Entry{"sq", "Albanian"},
                                Entry{"sr", "Serbian"},
                                Entry{"ss", "Swati"},
                                Entry{"st", "Southern Sotho"},
                                Entry{"su", "Sundanese"},
                                Entry{"sv", "Swedish"},
                                Entry{"sw", "Swahili"},
                                Entry{"ta", "Tamil"},
                                Entry{"te", "Telugu"},
                                Entry{"tg", "Tajik"},
                                Entry{"th", "Thai"},
                                Entry{"ti", "Tigrinya"},
                                Entry{"tk", "Turkmen"},
                                Entry{"tl", "Tagalog"},
                                Entry{"tn", "Tswana"},
                                Entry{"to", "Tongan"},
                                Entry{"tr", "Turkish"},
                                Entry{"ts", "Tsonga"},
                                Entry{"tt", "Tatar"},
                                Entry{"tw", "Twi"},
                                Entry{"ty", "Tahitian"},
                                Entry{"ug", "Uyghur"},
                                Entry{"uk", "Ukrainian"},
                                Entry{"ur", "Urdu"},
                                Entry{"uz", "Uzbek"},
                                Entry{"ve", "Venda"},
                                Entry{"vi", "Vietnamese"},
                                Entry{"vo", "Volapük"},
                                Entry{"wa", "Walloon"},
                                Entry{"wo", "Wolof"},
                                Entry{"xh", "Xhosa"},
                                Entry{"yi", "Yiddish"},
                                Entry{"yo", "Yoruba"},
                                Entry{"za", "Zhuang"},
                                Entry{"zh", "Chinese"},
                                Entry{"zu", "Zulu"}};

// ISO 3166-1, of the regional codes that occur; sorted by code.
constexpr std::array kRegions{Entry{"ar", "Argentina"}, Entry{"at", "Austria"},        Entry{"au", "Australia"},    Entry{"be", "Belgium"},
                              Entry{"br", "Brazil"},    Entry{"ca", "Canada"},         Entry{"ch", "Switzerland"},  Entry{"cl", "Chile"},
                              Entry{"cn", "China"},     Entry{"co", "Colombia"},       Entry{"de", "Germany"},      Entry{"es", "Spain"},
                              Entry{"fr", "France"},    Entry{"gb", "United Kingdom"}, Entry{"hk", "Hong Kong"},    Entry{"in", "India"},
                              Entry{"it", "Italy"},     Entry{"jp", "Japan"},          Entry{"kr", "Korea"},        Entry{"mx", "Mexico"},
                              Entry{"pt", "Portugal"},  Entry{"tw", "Taiwan"},         Entry{"us", "United States"}};

template <std::size_t N>
std::string_view name_in(const std::array<Entry, N>& table, std::string_view code) {
  const auto at =
      std::lower_bound(table.begin(), table.end(), code, [](const Entry& entry, std::string_view key) { return entry.first < key; });
  return at != table.end() && at->first == code ? at->second : std::string_view();
}

template <std::size_t N>
constexpr bool is_sorted_by_code(const std::array<Entry, N>& table) {
  for (std::size_t i = 1; i < N; ++i) {
    if (table[i - 1].first >= table[i].first) return false;
  }
  return true;
}
static_assert(is_sorted_by_code(kLanguages) && is_sorted_by_code(kRegions));

}  // namespace

std::string language_name(std::string_view code) {
  const std::string key = to_lower(trim(code));
  if (const std::string_view name = name_in(kLanguages, key); !name.empty()) return std::string(name);
  const std::size_t dash = key.find_first_of("-_");
  if (dash == std::string::npos) return std::string(code);
  const std::string_view language = name_in(kLanguages, std::string_view(key).substr(0, dash));
  const std::string_view region = name_in(kRegions, std::string_view(key).substr(dash + 1));
  if (language.empty() || region.empty()) return std::string(code);
  return std::string(language) + " (" + std::string(region) + ")";
}

}  // namespace vieweratlas
