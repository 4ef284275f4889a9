// The scenes of the simulated world: public game and category names as a platform shows them.
#include <array>
#include <span>
#include <string_view>

#include "simulate/vocabulary.h"

namespace vieweratlas::simulate_internal {
namespace {

using Names = std::string_view;

constexpr std::array<Names, 3> kTalk = {"Special Events", "Food & Drink", "Travel & Outdoors"};
constexpr std::array<Names, 2> kWithTalk = {"Just Chatting", "Special Events"};
constexpr std::array<Names, 2> kRiot = {"Just Chatting", "Teamfight Tactics"};
constexpr std::array<Names, 2> kShooter = {"Just Chatting", "VALORANT"};
constexpr std::array<Names, 2> kBlocks = {"Just Chatting", "Terraria"};
constexpr std::array<Names, 3> kRuns = {"Super Metroid", "The Legend of Zelda: Ocarina of Time", "Just Chatting"};
constexpr std::array<Names, 2> kMaking = {"Just Chatting", "Makers & Crafting"};
constexpr std::array<Names, 2> kPlaying = {"Just Chatting", "DJs"};
constexpr std::array<Names, 2> kFighting = {"Just Chatting", "TEKKEN 8"};
constexpr std::array<Names, 2> kRacing = {"Just Chatting", "Assetto Corsa Competizione"};
constexpr std::array<Names, 2> kMonsters = {"Just Chatting", "Pokémon Trading Card Game Live"};

constexpr std::array<Scene, 28> kScenes = {{
    {"Just Chatting", "Just Chatting", kTalk},
    {"League of Legends", "League of Legends", kRiot},
    {"VALORANT", "VALORANT", kWithTalk},
    {"Roleplay", "Grand Theft Auto V", kWithTalk},
    {"Minecraft", "Minecraft", kBlocks},
    {"Counter-Strike", "Counter-Strike", kShooter},
    {"Chess", "Chess", kWithTalk},
    {"Speedruns", "Super Mario 64", kRuns},
    {"Fortnite", "Fortnite", kWithTalk},
    {"Music", "Music", kPlaying},
    {"World of Warcraft", "World of Warcraft", kWithTalk},
    {"Art", "Art", kMaking},
    {"Football", "EA Sports FC 26", kWithTalk},
    {"Dota 2", "Dota 2", kWithTalk},
    {"Apex Legends", "Apex Legends", kShooter},
    {"Overwatch", "Overwatch 2", kWithTalk},
    {"Sim Racing", "iRacing", kRacing},
    {"Old School RuneScape", "Old School RuneScape", kWithTalk},
    {"Rocket League", "Rocket League", kWithTalk},
    {"Fighting Games", "Street Fighter 6", kFighting},
    {"Pokémon", "Pokémon Scarlet/Violet", kMonsters},
    {"Dead by Daylight", "Dead by Daylight", kWithTalk},
    {"StarCraft", "StarCraft II", kWithTalk},
    {"Tarkov", "Escape from Tarkov", kWithTalk},
    {"Path of Exile", "Path of Exile 2", kWithTalk},
    {"Programming", "Software and Game Development", kWithTalk},
    {"Hearthstone", "Hearthstone", kWithTalk},
    {"Rainbow Six", "Tom Clancy's Rainbow Six Siege", kShooter},
}};

}  // namespace

std::span<const Scene> scenes() { return kScenes; }

}  // namespace vieweratlas::simulate_internal
