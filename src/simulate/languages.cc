// The languages of the simulated world. Weights follow the rough order of audiences by language on the platform; names are
// put together from common words and mean nobody.
#include <array>
#include <span>
#include <string_view>

#include "simulate/vocabulary.h"

namespace vieweratlas::simulate_internal {
namespace {

using Text = std::string_view;

constexpr std::array<Text, 12> kEnScenes = {"Just Chatting", "League of Legends", "VALORANT", "Minecraft",         "Roleplay", "Chess",
                                            "Speedruns",     "Counter-Strike",    "Art",      "World of Warcraft", "Music",    "Fortnite"};
constexpr std::array<Text, 48> kEnFirst = {
    "Amber",   "Pixel",     "Frost",   "Velvet", "Copper", "Quiet",    "Lunar",  "Mossy", "Rapid",  "Hazel",  "Nimble", "Cobalt",
    "Salty",   "Brisk",     "Ember",   "Dusty",  "Sunny",  "Misty",    "Rusty",  "Polar", "Mellow", "Clever", "Stormy", "Tidal",
    "Captain", "Professor", "Grandpa", "Auntie", "Sir",    "Lady",     "Doctor", "Lord",  "Neon",   "Paper",  "Violet", "Crooked",
    "Sleepy",  "Hollow",    "Thirsty", "Iron",   "Wobbly", "Midnight", "Analog", "Turbo", "Plain",  "Silver", "Gentle", "Lucky"};
constexpr std::array<Text, 48> kEnLast = {
    "Otter",  "Lantern", "Falcon",  "Pickle",  "Harbor",   "Wizard",  "Badger",  "Comet",   "Turnip", "Willow", "Goblin",  "Kettle",
    "Raven",  "Biscuit", "Moth",    "Anchor",  "Marble",   "Puffin",  "Cactus",  "Compass", "Yeti",   "Walnut", "Heron",   "Gadget",
    "Waffle", "Pigeon",  "Meteor",  "Bramble", "Tortoise", "Noodle",  "Sparrow", "Canyon",  "Mitten", "Gecko",  "Parsnip", "Beacon",
    "Walrus", "Teapot",  "Thistle", "Quokka",  "Pebble",   "Satchel", "Donut",   "Rook",    "Mango",  "Ferret", "Barrel",  "Orbit"};
constexpr std::array<Text, 6> kEnTitles = {
    "{emoji} {game} until I drop, day {n}",   "road to the top, game {n} | !socials",
    "chill {game} \"just one more\" edition", "first time playing {game}, no spoilers please {emoji}",
    "GOOD MORNING CHAT, let's go, {n} wins",  "{game} with viewers, then whatever"};

constexpr std::array<Text, 5> kEsScenes = {"Just Chatting", "Minecraft", "Roleplay", "League of Legends", "Football"};
constexpr std::array<Text, 20> kEsFirst = {"Lobo",  "Luna",  "Fuego", "Rayo", "Sombra",  "Cometa", "Trueno", "Niebla", "Brasa",  "Cumbre",
                                           "Marea", "Zorro", "Pluma", "Nube", "Capitan", "Abuela", "Doctor", "Dama",   "Canela", "Jaguar"};
constexpr std::array<Text, 20> kEsLast = {"Verde",   "Loco",     "Azul",    "Norte",   "DelSur",   "Veloz", "Tranquilo",
                                          "Dorado",  "Gamer",    "Salvaje", "Rojo",    "Nocturno", "Bravo", "Feliz",
                                          "Perdido", "DeBarrio", "Eterno",  "Curioso", "DelMonte", "Lento"};
constexpr std::array<Text, 4> kEsTitles = {"{emoji} ¡Buenas! Día {n} de {game}", "¿Llegamos hoy? {game}, sin parar",
                                           "charlando un rato, \"solo cinco minutos\"", "{game} con subs, ¡apúntate! {emoji}"};

constexpr std::array<Text, 4> kPtScenes = {"Roleplay", "League of Legends", "Just Chatting", "Counter-Strike"};
constexpr std::array<Text, 16> kPtFirst = {"Onça|onca",       "Trovão|trovao", "Vento",     "Pedra", "Areia",   "Sertão|sertao",
                                           "Cajá|caja",       "Brisa",         "Maré|mare", "Tatu",  "Estrela", "Jacaré|jacare",
                                           "Capitão|capitao", "Vovó|vovo",     "Manga",     "Coruja"};
constexpr std::array<Text, 16> kPtLast = {"Azul",  "Doido", "DaSerra", "Ligeiro", "Noturno", "DoMar",   "Feroz",    "Calmo",
                                          "Gamer", "Real",  "Dourado", "Manso",   "Curioso", "DoNorte", "Sonhador", "Perdido"};
constexpr std::array<Text, 4> kPtTitles = {"{emoji} bom dia! {game} até cair, dia {n}", "Missão {n}: não perder a paciência",
                                           "só mais uma, prometo | {game}", "conversa, café e {game} {emoji}"};

constexpr std::array<Text, 4> kDeScenes = {"Just Chatting", "Minecraft", "Counter-Strike", "World of Warcraft"};
constexpr std::array<Text, 12> kDeFirst = {
    "Nebel", "Blitz", "Birken", "Donner", "Kupfer", "Sturm", "Mond", "Fuchs", "Würfel|wuerfel", "Glühwurm|gluehwurm", "Nord", "Keks"};
constexpr std::array<Text, 12> kDeLast = {"Dachs",          "Ritter", "Laterne", "Kessel",  "Falke", "Zwerg", "Kapitän|kapitaen",
                                          "Müller|mueller", "Wolke",  "Igel",    "Schmied", "Rabe"};
constexpr std::array<Text, 4> kDeTitles = {"{emoji} Guten Abend! {game}, Folge {n}", "Nur noch eine Runde, \"versprochen\"",
                                           "{game} mit euch | !regeln, !zeitplan", "Wir müssen reden … und {game} spielen"};

constexpr std::array<Text, 4> kFrScenes = {"Just Chatting", "League of Legends", "VALORANT", "Roleplay"};
constexpr std::array<Text, 12> kFrFirst = {"Petit",  "Foudre", "Lune",  "Brume",       "Écume|ecume", "Cuivre",
                                           "Flocon", "Orage",  "Ombre", "Marée|maree", "Noisette",    "Étoile|etoile"};
constexpr std::array<Text, 12> kFrLast = {"Blaireau", "Rapide", "Bleue",     "Tranquille",  "Corbeau", "DuNord",
                                          "Sauvage",  "Renard", "Fûté|fute", "Dorée|doree", "Biscuit", "Loutre"};
constexpr std::array<Text, 4> kFrTitles = {"{emoji} on est là, jour {n} sur {game}", "« Encore une dernière », qu'il disait",
                                           "{game} avec les viewers, venez !", "débat, café, puis {game} {emoji}"};

constexpr std::array<Text, 4> kRuScenes = {"Counter-Strike", "Dota 2", "Just Chatting", "World of Warcraft"};
constexpr std::array<Text, 12> kRuFirst = {"Тихий|tihiy",  "Снежный|snezhny", "Гром|grom",        "Лунный|lunny",
                                           "Медный|medny", "Рыжий|ryzhiy",    "Северный|severny", "Быстрый|bystry",
                                           "Туман|tuman",  "Синий|siniy",     "Старый|stary",     "Ясный|yasny"};
constexpr std::array<Text, 12> kRuLast = {"Барсук|barsuk", "Ёж|yozh",     "Фонарь|fonar", "Сокол|sokol", "Чайник|chaynik", "Кит|kit",
                                          "Лис|lis",       "Ворон|voron", "Пёс|pyos",     "Якорь|yakor", "Дед|ded",        "Кактус|kaktus"};
constexpr std::array<Text, 4> kRuTitles = {"{emoji} Доброе утро! {game}, день {n}", "ещё одна катка, \"последняя\"",
                                           "{game} со зрителями, заходите", "Разговоры обо всём, потом {game}"};

constexpr std::array<Text, 3> kKoScenes = {"League of Legends", "Just Chatting", "StarCraft"};
constexpr std::array<Text, 12> kKoFirst = {"달빛|dalbit", "바람|baram", "구름|gureum", "별|byeol",   "눈꽃|nunkkot", "호랑|horang",
                                           "감자|gamja",  "여우|yeou",  "바다|bada",   "노을|noeul", "솔|sol",       "두부|dubu"};
constexpr std::array<Text, 12> kKoLast = {"곰|gom",         "대장|daejang", "이|i",      "방송|bangsong",  "토끼|tokki", "마을|maeul",
                                          "선생|seonsaeng", "떡|tteok",     "나무|namu", "고양이|goyangi", "왕|wang",    "산책|sanchaek"};
constexpr std::array<Text, 3> kKoTitles = {"{emoji} {n}일차 {game} 갑니다", "오늘은 \"딱 한 판만\"",
                                           "{game} 시청자 참여, 누구나 환영 {emoji}"};

constexpr std::array<Text, 4> kJaScenes = {"Just Chatting", "Apex Legends", "Fighting Games", "Minecraft"};
constexpr std::array<Text, 12> kJaFirst = {"ねこ|neko", "さくら|sakura", "ゆき|yuki", "ほし|hoshi", "つき|tsuki", "青空|aozora",
                                           "くろ|kuro", "もち|mochi",    "かぜ|kaze", "海|umi",     "りん|rin",   "抹茶|matcha"};
constexpr std::array<Text, 12> kJaLast = {"まる|maru",     "すけ|suke",          "だいふく|daifuku", "ゲームズ|games",
                                          "の部屋|noheya", "工房|koubou",        "さん|san",         "うさぎ|usagi",
                                          "たろう|tarou",  "ちゃんねる|channel", "丸|gan",           "ひめ|hime"};
constexpr std::array<Text, 4> kJaTitles = {"{emoji}【{game}】{n}日目、のんびりやります", "初見さん歓迎！「もう一回だけ」",
                                           "【参加型】{game}　ルールは概要欄", "雑談しながら{game}{emoji}"};

constexpr std::array<Text, 2> kItScenes = {"Just Chatting", "Football"};
constexpr std::array<Text, 10> kItFirst = {"Lupo", "Nebbia", "Fulmine", "Volpe", "Sasso", "Marea", "Cometa", "Vento", "Brina", "Ombra"};
constexpr std::array<Text, 10> kItLast = {"Rosso",    "Veloce", "DelNord", "Calmo",     "Dorato",
                                          "Notturno", "Matto",  "Azzurro", "Selvaggio", "Tranquillo"};
constexpr std::array<Text, 3> kItTitles = {"{emoji} Buonasera! {game}, giorno {n}", "l'ultima partita, \"giuro\"",
                                           "{game} e quattro chiacchiere, perché no?"};

constexpr std::array<Text, 3> kPlScenes = {"Counter-Strike", "League of Legends", "Just Chatting"};
constexpr std::array<Text, 10> kPlFirst = {"Cichy", "Śnieżny|sniezny",   "Żwawy|zwawy", "Leśny|lesny", "Miedziany",
                                           "Nocny", "Północny|polnocny", "Rudy",        "Szybki",      "Łysy|lysy"};
constexpr std::array<Text, 10> kPlLast = {"Borsuk", "Jeż|jez", "Sokół|sokol", "Kociołek|kociolek", "Wieloryb", "Lis",
                                          "Kruk",   "Pies",    "Kaktus",      "Żubr|zubr"};
constexpr std::array<Text, 3> kPlTitles = {"{emoji} Dzień dobry! {game}, dzień {n}", "jeszcze jedna gra, \"ostatnia\"",
                                           "{game} z widzami, zapraszam!"};

constexpr std::array<Text, 3> kTrScenes = {"VALORANT", "Just Chatting", "League of Legends"};
constexpr std::array<Text, 10> kTrFirst = {"Gece",        "Rüzgar|ruzgar", "Kızıl|kizil", "Şimşek|simsek", "Sessiz",
                                           "Bakır|bakir", "Kutup",         "Hızlı|hizli", "Mavi",          "Yıldız|yildiz"};
constexpr std::array<Text, 10> kTrLast = {"Porsuk", "Kurt",  "Fener", "Şahin|sahin", "Çaydanlık|caydanlik",
                                          "Balina", "Tilki", "Karga", "Çapa|capa",   "Kirpi"};
constexpr std::array<Text, 3> kTrTitles = {"{emoji} Günaydın! {game}, {n}. gün", "bir el daha, \"söz\"", "{game} izleyicilerle, gelin!"};

constexpr std::array<Text, 3> kZhScenes = {"League of Legends", "Just Chatting", "Music"};
constexpr std::array<Text, 12> kZhFirst = {"小熊|xiaoxiong", "月亮|yueliang", "清风|qingfeng", "豆腐|doufu",
                                           "白雪|baixue",    "星河|xinghe",   "大海|dahai",    "竹子|zhuzi",
                                           "雷|lei",         "青山|qingshan", "阿福|afu",      "年糕|niangao"};
constexpr std::array<Text, 10> kZhLast = {"老师|laoshi", "同学|tongxue", "实况|shikuang", "猫|mao",     "先生|xiansheng",
                                          "大王|dawang", "兔|tu",        "茶馆|chaguan",  "游戏|youxi", "小屋|xiaowu"};
constexpr std::array<Text, 3> kZhTitles = {"{emoji}【{game}】第{n}天，慢慢玩", "今天“最后一局”，真的", "和观众一起玩{game}，欢迎新朋友"};

constexpr std::array<Text, 2> kArScenes = {"Roleplay", "Football"};
constexpr std::array<Text, 10> kArFirst = {"قمر|qamar", "نجم|najm", "صقر|saqr",  "رعد|raad", "بحر|bahr",
                                           "ليل|layl",  "فهد|fahd", "غيم|ghaym", "نور|noor", "سيف|saif"};
constexpr std::array<Text, 10> kArLast = {"الشمال|alshamal", "الذهبي|aldhahabi", "الهادئ|alhadi",  "البحر|albahr",    "الجبل|aljabal",
                                          "الليل|allayl",    "السريع|alsari",    "الأزرق|alazraq", "الصحراء|alsahra", "الصغير|alsaghir"};
constexpr std::array<Text, 3> kArTitles = {"{emoji} مساء الخير، {game} اليوم {n}", "آخر جولة، \"أعدكم\"",
                                           "نلعب {game} مع المتابعين، حياكم"};

constexpr std::array<Text, 2> kCsScenes = {"Counter-Strike", "Just Chatting"};
constexpr std::array<Text, 8> kCsFirst = {"Tichý|tichy",   "Sněžný|snezny", "Měděný|medeny", "Lesní|lesni",
                                          "Rychlý|rychly", "Noční|nocni",   "Zrzavý|zrzavy", "Mlha"};
constexpr std::array<Text, 8> kCsLast = {"Jezevec", "Ježek|jezek", "Sokol", "Kotlík|kotlik", "Havran", "Čáp|cap", "Knedlík|knedlik", "Rys"};
constexpr std::array<Text, 3> kCsTitles = {"{emoji} Dobrý den! {game}, den {n}", "ještě jednu, \"poslední\"",
                                           "{game} s diváky, přidejte se"};

constexpr std::array<Text, 2> kThScenes = {"Just Chatting", "VALORANT"};
constexpr std::array<Text, 8> kThFirst = {"พระจันทร์|phrachan", "ดาว|dao", "ลม|lom", "เมฆ|mek", "หมี|mee", "ทะเล|thale", "ข้าว|khao", "ฝน|fon"};
constexpr std::array<Text, 8> kThLast = {"น้อย|noi", "ใจดี|jaidee", "ยิ้ม|yim", "เกม|game", "แมว|maew", "ทอง|thong", "สบาย|sabai", "ใหญ่|yai"};
constexpr std::array<Text, 3> kThTitles = {"{emoji} {game} วันที่ {n} มาเล่นกัน", "อีกตาเดียว \"จริงๆ\"", "{game} กับคนดู ยินดีต้อนรับ"};

constexpr std::array<Text, 2> kSvScenes = {"Counter-Strike", "Just Chatting"};
constexpr std::array<Text, 8> kSvFirst = {"Tyst", "Snö|sno", "Åsk|ask", "Koppar", "Skogs", "Natt", "Rask", "Dimma"};
constexpr std::array<Text, 8> kSvLast = {"Grävling|gravling", "Igelkott", "Falk", "Kittel", "Korp", "Älg|alg", "Ankare", "Räv|rav"};
constexpr std::array<Text, 3> kSvTitles = {"{emoji} Godmorgon! {game}, dag {n}", "en sista, \"jag lovar\"", "{game} med tittare, häng med"};

constexpr std::array<Text, 2> kUkScenes = {"Dota 2", "Just Chatting"};
constexpr std::array<Text, 8> kUkFirst = {"Тихий|tykhyi",  "Сніжний|snizhnyi", "Їжак|yizhak",      "Місячний|misiachnyi",
                                          "Мідний|midnyi", "Рудий|rudyi",      "Швидкий|shvydkyi", "Ясний|iasnyi"};
constexpr std::array<Text, 8> kUkLast = {"Борсук|borsuk", "Ліхтар|likhtar", "Сокіл|sokil", "Кит|kyt",
                                         "Лис|lys",       "Крук|kruk",      "Якір|yakir",  "Вареник|varenyk"};
constexpr std::array<Text, 3> kUkTitles = {"{emoji} Доброго ранку! {game}, день {n}", "ще одну гру, \"останню\"",
                                           "{game} з глядачами, заходьте"};

constexpr std::array<Text, 2> kHuScenes = {"League of Legends", "Just Chatting"};
constexpr std::array<Text, 8> kHuFirst = {"Csendes", "Havas", "Réz|rez", "Erdei", "Gyors", "Éji|eji", "Köd|kod", "Vörös|voros"};
constexpr std::array<Text, 8> kHuLast = {"Borz",        "Süni|suni", "Sólyom|solyom", "Bogrács|bogracs",
                                         "Holló|hollo", "Róka|roka", "Horgony",       "Medve"};
constexpr std::array<Text, 3> kHuTitles = {"{emoji} Jó reggelt! {game}, {n}. nap", "még egy kör, \"az utolsó\"",
                                           "{game} a nézőkkel, gyertek"};

constexpr std::array<Text, 2> kNlScenes = {"Just Chatting", "Rocket League"};
constexpr std::array<Text, 8> kNlFirst = {"Stille", "Koperen", "Snelle", "Nacht", "Mistige", "Noord", "Rode", "Zonnige"};
constexpr std::array<Text, 8> kNlLast = {"Das", "Egel", "Valk", "Ketel", "Raaf", "Vos", "Anker", "Pannenkoek"};
constexpr std::array<Text, 3> kNlTitles = {"{emoji} Goedemorgen! {game}, dag {n}", "nog eentje, \"echt de laatste\"",
                                           "{game} met kijkers, doe mee"};

constexpr std::array<Language, 19> kLanguages = {{
    {"en", 0.42, 1, kEnScenes, kEnFirst, kEnLast, kEnTitles},   {"es", 0.14, 23, kEsScenes, kEsFirst, kEsLast, kEsTitles},
    {"pt", 0.09, 23, kPtScenes, kPtFirst, kPtLast, kPtTitles},  {"ru", 0.08, 17, kRuScenes, kRuFirst, kRuLast, kRuTitles},
    {"de", 0.07, 19, kDeScenes, kDeFirst, kDeLast, kDeTitles},  {"fr", 0.07, 19, kFrScenes, kFrFirst, kFrLast, kFrTitles},
    {"ja", 0.05, 12, kJaScenes, kJaFirst, kJaLast, kJaTitles},  {"ko", 0.045, 11, kKoScenes, kKoFirst, kKoLast, kKoTitles},
    {"it", 0.025, 20, kItScenes, kItFirst, kItLast, kItTitles}, {"zh", 0.025, 12, kZhScenes, kZhFirst, kZhLast, kZhTitles},
    {"pl", 0.02, 19, kPlScenes, kPlFirst, kPlLast, kPlTitles},  {"tr", 0.02, 18, kTrScenes, kTrFirst, kTrLast, kTrTitles},
    {"ar", 0.012, 19, kArScenes, kArFirst, kArLast, kArTitles}, {"cs", 0.009, 18, kCsScenes, kCsFirst, kCsLast, kCsTitles},
    {"th", 0.008, 13, kThScenes, kThFirst, kThLast, kThTitles}, {"sv", 0.006, 19, kSvScenes, kSvFirst, kSvLast, kSvTitles},
    {"uk", 0.006, 18, kUkScenes, kUkFirst, kUkLast, kUkTitles}, {"hu", 0.005, 19, kHuScenes, kHuFirst, kHuLast, kHuTitles},
    {"nl", 0.005, 20, kNlScenes, kNlFirst, kNlLast, kNlTitles},
}};

}  // namespace

std::span<const Language> languages() { return kLanguages; }

}  // namespace vieweratlas::simulate_internal
